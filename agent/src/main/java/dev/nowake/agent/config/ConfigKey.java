package dev.nowake.agent.config;

/**
 * A key of the configuration.
 *
 * @param path as {@code journal.age}; {@code roots[].path} for what stands in each item of a list
 * @param shape what stands behind it
 * @param type of its value, or of each; null where keys stand behind it
 * @param absent what holds where the key is not given; null where nothing does
 * @param what it does, and what its absence means where {@code absent} does not say it
 * @param example as it would be written
 */
record ConfigKey<T>(String path, Shape shape, ValueType<T> type, T absent, String what, String example) {
    /** What stands behind a key. */
    enum Shape {
        VALUE,
        /** One value, or a list of them. */
        VALUES,
        /** A list of values. */
        LIST,
        /** Keys of its own. */
        KEYS,
        /** A list, each item with keys of its own. */
        ITEMS,
        /** Keys that a policy declares. */
        ARGUMENTS,
        /** A policy's name, or keys of its own. */
        VALUE_OR_KEYS
    }

    /** With one value. */
    static <T> ConfigKey<T> of(String path, ValueType<T> type, T absent, String what, String example) {
        return new ConfigKey<>(path, Shape.VALUE, type, absent, what, example);
    }

    /** With what has no default of its own. */
    static <T> ConfigKey<T> of(String path, Shape shape, ValueType<T> type, String what, String example) {
        return new ConfigKey<>(path, shape, type, null, what, example);
    }

    /** The last of its path's names. */
    String name() {
        return path.substring(path.lastIndexOf('.') + 1);
    }

    /** Where it stands: empty at the top. */
    String parent() {
        return path.contains(".") ? path.substring(0, path.lastIndexOf('.')) : "";
    }

    /** What holds where it is not given, as it would be written; null where nothing does. */
    String absentText() {
        return absent == null ? null : type.writer().apply(absent);
    }
}
