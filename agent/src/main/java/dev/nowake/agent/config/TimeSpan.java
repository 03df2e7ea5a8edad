package dev.nowake.agent.config;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Lengths of time as people write them: {@code 14d}, {@code 90s}, {@code 1d12h}. A number without a unit is refused. */
public final class TimeSpan {
    private static final String UNITS = "wdhms";
    private static final long[] SECONDS = {604_800, 86_400, 3_600, 60, 1};

    /** The larger unit first, each once; at most 6 digits, so that no sum overflows. */
    static final String PATTERN = "^(?=[0-9])([0-9]{1,6}w)?([0-9]{1,6}d)?([0-9]{1,6}h)?([0-9]{1,6}m)?([0-9]{1,6}s)?$";

    private static final Pattern SHAPE = Pattern.compile(PATTERN);

    private TimeSpan() {}

    /** Throws {@link IllegalArgumentException} with one line that says what to write instead. */
    public static Duration parse(String text) {
        Matcher matcher = SHAPE.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "'" + text + "' is not a length of time: write numbers with units (w d h m s),"
                            + " such as 14d, 90s or 1d12h");
        }
        long seconds = 0;
        for (int unit = 0; unit < SECONDS.length; unit++) {
            String part = matcher.group(unit + 1);
            if (part != null) {
                seconds += Long.parseLong(part, 0, part.length() - 1, 10) * SECONDS[unit];
            }
        }
        return Duration.ofSeconds(seconds);
    }

    /** As {@link #parse} takes it, to the second. */
    public static String format(Duration span) {
        StringBuilder text = new StringBuilder();
        long left = span.toSeconds();
        for (int unit = 1; unit < SECONDS.length; unit++) { // nobody says 2w for 14d
            if (left >= SECONDS[unit]) {
                text.append(left / SECONDS[unit]).append(UNITS.charAt(unit));
                left %= SECONDS[unit];
            }
        }
        return text.isEmpty() ? "0s" : text.toString();
    }
}
