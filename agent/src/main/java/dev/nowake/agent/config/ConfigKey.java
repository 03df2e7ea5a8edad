package dev.nowake.agent.config;

/**
 * A key of the configuration that has a value of its own.
 *
 * @param path as {@code journal.age}
 * @param absent what holds where the key is not given; null where nothing does
 * @param what it does, and what its absence means where {@code absent} does not say it
 * @param example as it would be written
 */
record ConfigKey<T>(String path, ValueType<T> type, T absent, String what, String example) {
    /** The last of its path's names. */
    String name() {
        return path.substring(path.lastIndexOf('.') + 1);
    }
}
