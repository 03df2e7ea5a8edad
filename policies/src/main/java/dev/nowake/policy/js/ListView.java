package dev.nowake.policy.js;

import java.util.List;
import java.util.function.Function;
import org.graalvm.polyglot.Value;
import org.graalvm.polyglot.proxy.ProxyArray;

/** A list as an array of a script. An element is converted when it is first read and is the same from then on. */
final class ListView<T> implements ProxyArray {
    private final List<T> list;
    private final Function<T, Object> view;
    private Object[] read;

    ListView(List<T> list, Function<T, Object> view) {
        this.list = list;
        this.view = view;
    }

    @Override
    public Object get(long index) {
        if (index < 0 || index >= list.size()) {
            throw new ArrayIndexOutOfBoundsException();
        }
        if (read == null) {
            read = new Object[list.size()];
        }
        Object value = read[(int) index];
        if (value == null) {
            value = view.apply(list.get((int) index));
            read[(int) index] = value;
        }
        return value;
    }

    @Override
    public long getSize() {
        return list.size();
    }

    /** A script gets a TypeError. */
    @Override
    public void set(long index, Value value) {
        throw new UnsupportedOperationException();
    }

    /** Shown in that TypeError. */
    @Override
    public String toString() {
        return "the policy's input";
    }
}
