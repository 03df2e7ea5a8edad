package dev.nowake.agent.config;

import java.util.List;
import java.util.function.Function;

/**
 * What one value may be: how it is read and written, and how it is told to people and to editors.
 *
 * @param name what people call it; the reference explains each
 * @param about what may be written, for people
 * @param words all there are, where they can be listed; else empty
 * @param pattern an ECMA regular expression that every right value matches; null where any text may be right
 * @param reader throws {@link IllegalArgumentException} with one line that says what to write instead
 * @param writer what {@code reader} would read again
 */
record ValueType<T>(
        String name,
        String about,
        List<String> words,
        String pattern,
        Function<String, T> reader,
        Function<T, String> writer) {

    /** A text that is taken as it is. */
    static ValueType<String> text(String name, String about, String pattern) {
        return new ValueType<>(name, about, List.of(), pattern, text -> text, text -> text);
    }

    /** The same values, of which {@code check} refuses some by throwing {@link IllegalArgumentException}. */
    ValueType<T> checked(Function<T, T> check) {
        return new ValueType<>(name, about, words, pattern, reader.andThen(check), writer);
    }
}
