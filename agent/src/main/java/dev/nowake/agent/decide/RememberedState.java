package dev.nowake.agent.decide;

import dev.nowake.policy.Guard;
import dev.nowake.policy.PolicyFailure;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Copies what a policy wants to remember: immutable, made of JSON's types alone, and not larger than {@link
 * Guard#MAX_STATE_BYTES}. The size is reckoned on the way, so a state without end costs no more than one that is full.
 */
final class RememberedState {
    /** Deeper states are refused, which also ends one that contains itself. */
    private static final int MAX_DEPTH = 32;

    private long bytes;

    private RememberedState() {}

    /** @throws PolicyFailure BAD_RESULT, saying what is wrong */
    static Map<String, Object> of(Map<String, Object> wanted) {
        return wanted.isEmpty() ? Map.of() : new RememberedState().map(wanted, 1);
    }

    private Map<String, Object> map(Map<?, ?> from, int depth) {
        requireShallow(depth);
        Map<String, Object> copy = new LinkedHashMap<>();
        add(2);
        for (Map.Entry<?, ?> entry : from.entrySet()) {
            if (!(entry.getKey() instanceof String key)) {
                throw bad("has a key that is no text");
            }
            text(key);
            add(2);
            copy.put(key, value(entry.getValue(), depth));
        }
        return Collections.unmodifiableMap(copy);
    }

    private List<Object> list(List<?> from, int depth) {
        requireShallow(depth);
        List<Object> copy = new ArrayList<>();
        add(2);
        for (Object element : from) {
            add(1);
            copy.add(value(element, depth));
        }
        return Collections.unmodifiableList(copy);
    }

    private Object value(Object value, int depth) {
        switch (value) {
            case null -> add(4);
            case Boolean flag -> add(5);
            case Integer small -> add(Integer.toString(small).length());
            case Long number -> add(Long.toString(number).length());
            case Double number -> {
                if (!Double.isFinite(number)) {
                    throw bad("has the number " + number);
                }
                add(Double.toString(number).length());
            }
            case String text -> text(text);
            case Map<?, ?> map -> {
                return map(map, depth + 1);
            }
            case List<?> list -> {
                return list(list, depth + 1);
            }
            default ->
                throw bad("has a value that is none of null, true, false, numbers, texts, lists and maps: "
                        + value.getClass().getSimpleName());
        }
        return value;
    }

    /** As JSON writes it: what must be escaped takes two bytes, or six. */
    private void text(String text) {
        add(2);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                add(2);
            } else if (c < 0x20) {
                add(6);
            } else {
                add(c < 0x80 ? 1 : c < 0x800 || Character.isSurrogate(c) ? 2 : 3);
            }
        }
    }

    private void add(int more) {
        bytes += more;
        if (bytes > Guard.MAX_STATE_BYTES) {
            throw bad("has more than " + (Guard.MAX_STATE_BYTES >> 10) + " KiB as JSON");
        }
    }

    private static void requireShallow(int depth) {
        if (depth > MAX_DEPTH) {
            throw bad("is nested more than " + MAX_DEPTH + " deep");
        }
    }

    private static PolicyFailure bad(String what) {
        return new PolicyFailure(PolicyFailure.Kind.BAD_RESULT, "the state to remember " + what);
    }
}
