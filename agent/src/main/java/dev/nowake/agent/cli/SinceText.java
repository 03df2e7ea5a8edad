package dev.nowake.agent.cli;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A time as an option takes it: so long ago, or a moment in UTC. */
final class SinceText {
    private static final Pattern AGO = Pattern.compile("(\\d{1,9})\\s*(s|min|m|h|d|w)");

    private SinceText() {}

    static Instant parse(String text, Instant now) throws CliException {
        String given = text.strip();
        Matcher ago = AGO.matcher(given);
        if (ago.matches()) {
            long count = Long.parseLong(ago.group(1));
            return now.minus(
                    switch (ago.group(2)) {
                        case "s" -> Duration.ofSeconds(count);
                        case "m", "min" -> Duration.ofMinutes(count);
                        case "h" -> Duration.ofHours(count);
                        case "d" -> Duration.ofDays(count);
                        default -> Duration.ofDays(7 * count);
                    });
        }
        try {
            String moment = given.replace(' ', 'T');
            if (moment.length() == 10) {
                return LocalDate.parse(moment).atStartOfDay().toInstant(ZoneOffset.UTC);
            }
            return moment.endsWith("Z")
                    ? Instant.parse(moment)
                    : LocalDateTime.parse(moment).toInstant(ZoneOffset.UTC);
        } catch (DateTimeException wrong) {
            throw CliException.usage(
                    "--since: '" + text + "' is no time; write 2h, 30m, 7d, 2026-01-31 or 2026-01-31T12:00:00Z (UTC)");
        }
    }
}
