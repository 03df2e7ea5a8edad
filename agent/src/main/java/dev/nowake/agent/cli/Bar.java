package dev.nowake.agent.cli;

import dev.nowake.kernel.Extent;
import java.util.List;

/** Drawings in plain ASCII: a serial console shows them too. */
final class Bar {
    private static final String SHADES = " .:+#";

    private Bar() {}

    /** A bar of so many cells; full only when the part is 1. */
    static String of(double part, int cells) {
        int full = (int) Math.floor(Math.clamp(part, 0, 1) * cells);
        return "[" + "#".repeat(full) + ".".repeat(cells - full) + "]";
    }

    /** The file in so many cells, each darker the more of it is resident: blank for nothing, {@code #} for all. */
    static String map(List<Extent> resident, long sizeBytes, int cells) {
        double[] bytes = new double[cells];
        double cellBytes = (double) sizeBytes / cells;
        for (Extent run : resident) {
            int first = (int) (run.offsetBytes() / cellBytes);
            for (int i = first; i < cells && i * cellBytes < run.endBytes(); i++) {
                double start = Math.max(run.offsetBytes(), i * cellBytes);
                double end = Math.min(run.endBytes(), (i + 1) * cellBytes);
                bytes[i] += Math.max(0, end - start);
            }
        }
        StringBuilder drawn = new StringBuilder(cells);
        for (double each : bytes) {
            drawn.append(shade(cellBytes == 0 ? 0 : each / cellBytes));
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
