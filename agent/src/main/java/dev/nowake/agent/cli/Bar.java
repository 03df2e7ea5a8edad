package dev.nowake.agent.cli;

/** Drawings in plain ASCII: a serial console shows them too. */
final class Bar {
    private static final String SHADES = " .:+#";

    private Bar() {}

    /** A bar of so many cells; full only when the part is 1. */
    static String of(double part, int cells) {
        int full = (int) Math.floor(Math.clamp(part, 0, 1) * cells);
        return "[" + "#".repeat(full) + ".".repeat(cells - full) + "]";
    }

    /** A character for each part of a file, darker the more of it is resident: blank for nothing, {@code #} for all. */
    static String map(double[] shares) {
        StringBuilder drawn = new StringBuilder(shares.length);
        for (double share : shares) {
            drawn.append(shade(share));
        }
        return drawn.toString();
    }

    private static char shade(double part) {
        if (part <= 0) {
            return SHADES.charAt(0);
        }
        // Rounding must not turn almost all into all.
        return part > 1 - 1e-9 ? '#' : SHADES.charAt(1 + (int) Math.min(2, part * 3));
    }
}
