package dev.nowake.agent.config;

import java.math.BigDecimal;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sizes as people write them: {@code 512MiB}, {@code 2GB}, {@code 4096B}. A number without a unit is refused. */
public final class ByteSize {
    private static final Pattern SHAPE = Pattern.compile("([0-9]{1,15}(?:\\.[0-9]{1,6})?)\\s*([A-Za-z]+)");
    private static final Map<String, Long> UNITS = Map.of(
            "b", 1L,
            "kib", 1L << 10,
            "mib", 1L << 20,
            "gib", 1L << 30,
            "tib", 1L << 40,
            "kb", 1000L,
            "mb", 1000_000L,
            "gb", 1000_000_000L,
            "tb", 1000_000_000_000L);
    private static final String[] NAMES = {"B", "KiB", "MiB", "GiB", "TiB"};

    private ByteSize() {}

    /** Throws {@link IllegalArgumentException} with one line that says what to write instead. */
    public static long parse(String text) {
        Matcher matcher = SHAPE.matcher(text.strip());
        Long unit = matcher.matches() ? UNITS.get(matcher.group(2).toLowerCase(Locale.ROOT)) : null;
        if (unit == null) {
            throw new IllegalArgumentException(
                    "'" + text + "' is not a size: write a number with a unit, such as 512MiB");
        }
        BigDecimal bytes = new BigDecimal(matcher.group(1)).multiply(BigDecimal.valueOf(unit));
        if (bytes.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0) {
            throw new IllegalArgumentException("'" + text + "' is larger than any file");
        }
        return bytes.longValue();
    }

    /** Three significant digits and a binary unit, for people. */
    public static String format(long bytes) {
        double value = bytes;
        int unit = 0;
        while (Math.abs(value) >= 1024 && unit < NAMES.length - 1) {
            value /= 1024;
            unit++;
        }
        String digits = unit == 0 || value >= 100 ? "%.0f" : value >= 10 ? "%.1f" : "%.2f";
        return String.format(Locale.ROOT, digits + " %s", value, NAMES[unit]);
    }
}
