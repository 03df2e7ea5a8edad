package dev.nowake.agent.config;

import dev.nowake.policy.SizeNotation;
import java.math.BigDecimal;
import java.util.Locale;

/** Sizes as people write them: {@code 512MiB}, {@code 2GB}, {@code 4096B}. A number without a unit is refused. */
public final class ByteSize {
    private static final String[] NAMES = {"B", "KiB", "MiB", "GiB", "TiB"};

    private ByteSize() {}

    /** Throws {@link IllegalArgumentException} with one line that says what to write instead. */
    public static long parse(String text) {
        BigDecimal bytes = SizeNotation.bytes(text);
        if (bytes == null) {
            throw new IllegalArgumentException(
                    "'" + text + "' is not a size: write a number with a unit, such as 512MiB");
        }
        if (bytes.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0) {
            throw new IllegalArgumentException("'" + text + "' is larger than any file");
        }
        return bytes.longValue();
    }

    /** In the largest binary unit that divides it: {@link #parse} reads the same number again. */
    public static String exact(long bytes) {
        int unit = 0;
        long value = bytes;
        while (unit < NAMES.length - 1 && value != 0 && value % 1024 == 0) {
            value /= 1024;
            unit++;
        }
        return value + NAMES[unit];
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
