package dev.nowake.agent.report;

import java.util.Locale;

/** Numbers for people, other than sizes. */
final class Quantity {
    private Quantity() {}

    /** Three digits and the unit that suits: {@code 0.25 s}, {@code 12.5 min}. */
    static String seconds(double seconds) {
        if (seconds < 120) {
            return digits(seconds) + " s";
        }
        return seconds < 7200 ? digits(seconds / 60) + " min" : digits(seconds / 3600) + " h";
    }

    /** Three digits, no exponent: 1.25, 12.5, 125. */
    static String digits(double value) {
        String format = value < 9.995 ? "%.2f" : value < 99.95 ? "%.1f" : "%.0f";
        return String.format(Locale.ROOT, format, value);
    }

    /** {@code 1 234 567}, with spaces that do not break. */
    static String count(long value) {
        return String.format(Locale.ROOT, "%,d", value).replace(',', '\u202f');
    }

    /** Gigabytes a second, as storage is sold. */
    static String rate(double bytesPerSecond) {
        return digits(bytesPerSecond / 1e9) + " GB/s";
    }
}
