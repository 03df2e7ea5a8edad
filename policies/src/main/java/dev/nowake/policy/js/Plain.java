package dev.nowake.policy.js;

import org.graalvm.polyglot.Value;

/** Reads one plain value of a script, and says what it is instead where it is another. */
final class Plain {
    /** What a double counts exactly: JavaScript's {@code Number.MAX_SAFE_INTEGER}. */
    static final long MAX_SAFE = (1L << 53) - 1;

    private static final int MAX_SHOWN = 40;

    private Plain() {}

    static String text(Value value, String what) {
        if (!value.isString()) {
            throw wrong(value, what, "a string");
        }
        return value.asString();
    }

    static boolean flag(Value value, String what) {
        if (!value.isBoolean()) {
            throw wrong(value, what, "true or false");
        }
        return value.asBoolean();
    }

    /** A whole number that a double counts exactly and that is not negative: bytes, for example. */
    static long whole(Value value, String what) {
        long number = integer(value, what);
        if (number < 0) {
            throw new BadResult(what + " is " + number + ", which is negative");
        }
        return number;
    }

    static long integer(Value value, String what) {
        double number = finite(value, what);
        if (number != Math.rint(number)) {
            throw new BadResult(what + " is " + number + ", not a whole number");
        }
        if (Math.abs(number) > MAX_SAFE) {
            throw new BadResult(what + " is " + number + ", beyond Number.MAX_SAFE_INTEGER");
        }
        return (long) number;
    }

    static double finite(Value value, String what) {
        if (!value.isNumber() || !value.fitsInDouble()) {
            throw wrong(value, what, "a number");
        }
        double number = value.asDouble();
        if (!Double.isFinite(number)) {
            throw new BadResult(what + " is " + (Double.isNaN(number) ? "NaN" : number > 0 ? "Infinity" : "-Infinity"));
        }
        return number;
    }

    static BadResult wrong(Value value, String what, String wanted) {
        return new BadResult(what + " is " + kind(value) + ", not " + wanted);
    }

    /** What it is, in a few words; runs no code of the script beside what a proxy does. */
    static String kind(Value value) {
        if (value.isNull()) {
            return value.toString();
        }
        if (value.isBoolean()) {
            return value.asBoolean() ? "true" : "false";
        }
        if (value.isString()) {
            return quoted(value.asString());
        }
        if (value.isNumber()) {
            return value.fitsInDouble() ? "the number " + value.asDouble() : "a bigint";
        }
        if (isPromise(value)) {
            return "a promise (hooks must not be async)";
        }
        if (value.canExecute()) {
            return "a function";
        }
        return value.hasArrayElements() ? "an array" : value.hasMembers() ? "an object" : "no plain value";
    }

    private static boolean isPromise(Value value) {
        Value meta = value.getMetaObject();
        return meta != null && "Promise".equals(meta.getMetaSimpleName());
    }

    static String quoted(String text) {
        String shown = text.length() > MAX_SHOWN ? text.substring(0, MAX_SHOWN) + "..." : text;
        return '"' + shown.replaceAll("\\p{Cntrl}", "?") + '"';
    }
}
