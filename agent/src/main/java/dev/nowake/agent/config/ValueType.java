package dev.nowake.agent.config;

import java.util.List;
import java.util.function.Function;

/**
 * What one value may be: how it is read and written, and how it is told to people and to editors.
 *
 * @param name what people call it
 * @param words all there are, where they can be listed; else empty
 * @param pattern an ECMA regular expression that every right value matches; null where any text may be right
 * @param reader throws {@link IllegalArgumentException} with one line that says what to write instead
 * @param writer what {@code reader} would read again
 */
record ValueType<T>(
        String name, List<String> words, String pattern, Function<String, T> reader, Function<T, String> writer) {
    static <T> ValueType<T> of(String name, String pattern, Function<String, T> reader, Function<T, String> writer) {
        return new ValueType<>(name, List.of(), pattern, reader, writer);
    }

    /** The same values, of which {@code check} refuses some by throwing {@link IllegalArgumentException}. */
    ValueType<T> checked(Function<T, T> check) {
        return new ValueType<>(name, words, pattern, reader.andThen(check), writer);
    }
}
