package dev.nowake.agent.cli;

import dev.nowake.agent.config.TimeSpan;
import java.time.Duration;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** {@code 10m}, {@code 1d12h}: lengths of time as the configuration has them, from a second to a year. */
final class SpanConverter implements ITypeConverter<Duration> {
    private static final Duration LONGEST = Duration.ofDays(366);

    @Override
    public Duration convert(String text) {
        Duration span;
        try {
            span = TimeSpan.parse(text);
        } catch (IllegalArgumentException wrong) {
            throw new TypeConversionException(wrong.getMessage());
        }
        if (span.isZero() || span.compareTo(LONGEST) > 0) {
            throw new TypeConversionException("'" + text + "' is no time from 1s to 366d");
        }
        return span;
    }
}
