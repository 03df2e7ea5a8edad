package dev.nowake.agent.observe;

/** Bytes, times and rates for people. */
public final class Amounts {
    private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};

    private Amounts() {}

    /** Three digits at least: {@code 512 B}, {@code 4.10 GiB}. */
    public static String bytes(long bytes) {
        int unit = 0;
        double value = bytes;
        while (value >= 1024 && unit < UNITS.length - 1) {
            value /= 1024;
            unit++;
        }
        return (unit == 0 ? Long.toString(bytes) : digits(value)) + " " + UNITS[unit];
    }

    /** Two digits after the point below 10, one below 100, none above. */
    public static String digits(double value) {
        int decimals = value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
        long scale = decimals == 2 ? 100 : decimals == 1 ? 10 : 1;
        long scaled = Math.round(value * scale);
        if (decimals == 0) {
            return Long.toString(scaled);
        }
        String fraction = Long.toString(scaled % scale);
        return scaled / scale + "." + "0".repeat(decimals - fraction.length()) + fraction;
    }

    /** {@code 0.83 s}, {@code 41.2 s}, {@code 3 min 20 s}. */
    public static String seconds(double seconds) {
        if (seconds < 120) {
            return digits(Math.max(0, seconds)) + " s";
        }
        long whole = Math.round(Math.min(seconds, 1e12));
        return whole / 60 + " min " + whole % 60 + " s";
    }

    /** {@code 1 shard}, {@code 2 shards}. */
    public static String of(long count, String noun) {
        return count + " " + noun + (count == 1 ? "" : "s");
    }

    /** Whole percent, rounded down so that 100 means all. */
    public static int percent(long part, long whole) {
        return whole <= 0 ? 100 : (int) (100.0 * part / whole);
    }
}
