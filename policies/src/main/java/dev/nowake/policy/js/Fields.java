package dev.nowake.policy.js;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** The fields a script sees of one kind of value: their names, and how each is got. */
final class Fields<T> {
    private final Map<String, Integer> slots = new HashMap<>();
    private final List<String> names = new ArrayList<>();
    private final List<Function<T, Object>> readers = new ArrayList<>();

    Fields<T> with(String name, Function<T, Object> reader) {
        slots.put(name, names.size());
        names.add(name);
        readers.add(reader);
        return this;
    }

    List<String> names() {
        return names;
    }

    boolean has(String name) {
        return slots.containsKey(name);
    }

    /** Null where there is no such field. */
    Integer slot(String name) {
        return slots.get(name);
    }

    Object read(int slot, T of) {
        return readers.get(slot).apply(of);
    }
}
