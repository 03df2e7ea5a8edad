package dev.nowake.policy.js;

import java.util.List;
import org.graalvm.polyglot.Value;
import org.graalvm.polyglot.proxy.ProxyObject;

/** A value as an object of a script. A field is converted when it is first read and is the same from then on. */
final class ObjectView<T> implements ProxyObject {
    private static final Object NULL = new Object();

    private final Fields<T> fields;
    private final T of;
    private final Object[] read;

    ObjectView(Fields<T> fields, T of) {
        this.fields = fields;
        this.of = of;
        read = new Object[fields.names().size()];
    }

    @Override
    public Object getMember(String key) {
        Integer slot = fields.slot(key);
        if (slot == null) {
            return null;
        }
        Object value = read[slot];
        if (value == null) {
            value = fields.read(slot, of);
            read[slot] = value == null ? NULL : value;
        }
        return value == NULL ? null : value;
    }

    @Override
    public Object getMemberKeys() {
        return new ListView<>(fields.names(), name -> name);
    }

    @Override
    public boolean hasMember(String key) {
        return fields.has(key);
    }

    /** A script gets a TypeError. */
    @Override
    public void putMember(String key, Value value) {
        throw new UnsupportedOperationException();
    }

    /** Shown in that TypeError. */
    @Override
    public String toString() {
        return "the policy's input";
    }

    List<String> names() {
        return fields.names();
    }
}
