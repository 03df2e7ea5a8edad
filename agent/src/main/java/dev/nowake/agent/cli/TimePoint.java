package dev.nowake.agent.cli;

import dev.nowake.agent.config.TimeSpan;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.function.Function;

/** A point in time as people write it on a command line. */
final class TimePoint {
    private TimePoint() {}

    /**
     * {@code 10m} (ago), {@code 16:30} (today), {@code 2026-11-21}, {@code 2026-11-21 16:30:05}, in the time zone of {@code
     * now}, or {@code 2026-11-21T16:30:05Z}.
     */
    static Instant parse(String option, String text, ZonedDateTime now) throws CliException {
        try {
            return now.minus(TimeSpan.parse(text)).toInstant();
        } catch (IllegalArgumentException noSpan) {
            String dateTime = text.replace(' ', 'T');
            List<Function<String, Instant>> readings = List.of(
                    word -> OffsetDateTime.parse(word).toInstant(),
                    word -> LocalDateTime.parse(word).atZone(now.getZone()).toInstant(),
                    word -> LocalDate.parse(word).atStartOfDay(now.getZone()).toInstant(),
                    word -> LocalTime.parse(word)
                            .atDate(now.toLocalDate())
                            .atZone(now.getZone())
                            .toInstant());
            for (Function<String, Instant> reading : readings) {
                try {
                    return reading.apply(dateTime);
                } catch (DateTimeException other) {
                    continue;
                }
            }
            throw CliException.usage(
                    option + " '" + text + "' is no time: write 10m, 16:30, 2026-11-21 or '2026-11-21 16:30'");
        }
    }
}
