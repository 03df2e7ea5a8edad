package dev.nowake.agent.config;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Lengths of time as people write them: {@code 14d}, {@code 90s}, {@code 1d12h}. A number without a unit is refused. */
public final class TimeSpan {
    private static final String[] UNITS = {"w", "d", "h", "m", "s", "ms"};
    private static final long[] MILLIS = {604_800_000, 86_400_000, 3_600_000, 60_000, 1_000, 1};

    /** The larger unit first, each once; at most 6 digits, so that no sum overflows. */
    static final String PATTERN =
            "^(?=[0-9])([0-9]{1,6}w)?([0-9]{1,6}d)?([0-9]{1,6}h)?([0-9]{1,6}m)?([0-9]{1,6}s)?" + "([0-9]{1,6}ms)?$";

    private static final Pattern SHAPE = Pattern.compile(PATTERN);

    private TimeSpan() {}

    /** Throws {@link IllegalArgumentException} with one line that says what to write instead. */
    public static Duration parse(String text) {
        Matcher matcher = SHAPE.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "'" + text + "' is not a length of time: write numbers with units (w d h m s ms),"
                            + " such as 14d, 90s or 1d12h");
        }
        long millis = 0;
        for (int unit = 0; unit < MILLIS.length; unit++) {
            String part = matcher.group(unit + 1);
            if (part != null) {
                millis += Long.parseLong(part, 0, part.length() - UNITS[unit].length(), 10) * MILLIS[unit];
            }
        }
        return Duration.ofMillis(millis);
    }

    /** As {@link #parse} takes it, to the millisecond. */
    public static String format(Duration span) {
        StringBuilder text = new StringBuilder();
        long left = span.toMillis();
        for (int unit = 1; unit < MILLIS.length; unit++) { // nobody says 2w for 14d
            if (left >= MILLIS[unit]) {
                text.append(left / MILLIS[unit]).append(UNITS[unit]);
                left %= MILLIS[unit];
            }
        }
        return text.isEmpty() ? "0s" : text.toString();
    }
}
