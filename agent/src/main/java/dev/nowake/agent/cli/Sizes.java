package dev.nowake.agent.cli;

/** Bytes for people. */
final class Sizes {
    private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};

    private Sizes() {}

    /** Three digits at least: {@code 512 B}, {@code 4.10 GiB}. */
    static String of(long bytes) {
        int unit = 0;
        double value = bytes;
        while (value >= 1024 && unit < UNITS.length - 1) {
            value /= 1024;
            unit++;
        }
        return (unit == 0 ? Long.toString(bytes) : digits(value)) + " " + UNITS[unit];
    }

    /** Two digits after the point below 10, one below 100, none above. */
    static String digits(double value) {
        int decimals = value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
        long scale = decimals == 2 ? 100 : decimals == 1 ? 10 : 1;
        long scaled = Math.round(value * scale);
        if (decimals == 0) {
            return Long.toString(scaled);
        }
        String fraction = Long.toString(scaled % scale);
        return scaled / scale + "." + "0".repeat(decimals - fraction.length()) + fraction;
    }

    /** Whole percent, rounded down so that 100 means all. */
    static int percent(long part, long whole) {
        return whole <= 0 ? 100 : (int) (100.0 * part / whole);
    }
}
