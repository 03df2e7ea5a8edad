package dev.nowake.policy.js;

import dev.nowake.policy.Guard;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.graalvm.polyglot.Value;
import tools.jackson.databind.ObjectMapper;

/** Reads what a policy wants to remember: what JSON can say, bounded in depth and size. */
final class StateReader {
    /** Deep enough for a table of tables of lists; a cycle ends here. */
    static final int MAX_DEPTH = 16;

    private static final ObjectMapper JSON = new ObjectMapper();

    /** Counts down while reading so that no more than fits is ever copied; at least a byte a value and a character. */
    private int left = Guard.MAX_STATE_BYTES;

    private StateReader() {}

    /** @throws BadResult names the place in it */
    static Map<String, Object> read(Value value) {
        StateReader reader = new StateReader();
        if (!isObject(value)) {
            throw Plain.wrong(value, "state", "a plain object (no Map, Set, Date or function)");
        }
        Map<String, Object> state = reader.object(value, "state", 1);
        if (JSON.writeValueAsBytes(state).length > Guard.MAX_STATE_BYTES) {
            throw tooLarge();
        }
        return state;
    }

    private static BadResult tooLarge() {
        return new BadResult("state is larger than " + (Guard.MAX_STATE_BYTES >> 10) + " KiB as JSON");
    }

    private void spend(int bytes) {
        left -= bytes;
        if (left < 0) {
            throw tooLarge();
        }
    }

    private Object any(Value value, String where, int depth) {
        spend(1);
        if (depth > MAX_DEPTH) {
            throw new BadResult("state is nested deeper than " + MAX_DEPTH + " levels, or holds itself");
        }
        if (value.isNull()) {
            return null;
        }
        if (value.isBoolean()) {
            return value.asBoolean();
        }
        if (value.isString()) {
            String text = value.asString();
            spend(text.length());
            return text;
        }
        if (value.isNumber()) {
            double number = Plain.finite(value, where);
            return number == Math.rint(number) && Math.abs(number) <= Plain.MAX_SAFE
                    ? (Object) (long) number
                    : (Object) number;
        }
        if (value.hasArrayElements()) {
            return list(value, where, depth);
        }
        if (isObject(value)) {
            return object(value, where, depth);
        }
        throw Plain.wrong(value, where, "what JSON can say (no Map, Set, Date or function)");
    }

    private Map<String, Object> object(Value value, String where, int depth) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (String key : value.getMemberKeys()) {
            spend(key.length() + 1);
            Value member = value.getMember(key);
            map.put(key, member == null ? null : any(member, where + "." + key, depth + 1));
        }
        return Collections.unmodifiableMap(map);
    }

    private List<Object> list(Value value, String where, int depth) {
        long size = value.getArraySize();
        spend((int) Math.min(size, Integer.MAX_VALUE));
        List<Object> list = new ArrayList<>((int) size);
        for (int i = 0; i < size; i++) {
            list.add(any(value.getArrayElement(i), where + "[" + i + "]", depth + 1));
        }
        return Collections.unmodifiableList(list);
    }

    /** Maps, sets, dates, functions and the like have no JSON, or lose what they hold in it. */
    private static boolean isObject(Value value) {
        return value.hasMembers()
                && !value.hasArrayElements()
                && !value.canExecute()
                && !value.hasHashEntries()
                && !value.hasIterator()
                && !value.isInstant()
                && !value.isException()
                && !Plain.kind(value).startsWith("a promise");
    }
}
