package dev.nowake.agent.mirror.gate;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What follows from how many descriptors this process may have: an access that waits takes one.
 *
 * @param numbers no descriptor has this number or a higher one
 * @param waiting accesses of one mirror that may wait at once
 */
record DescriptorLimit(int numbers, int waiting) {
    /** More would make a takeover slow, which asks for each number; a daemon comes nowhere near it. */
    static final int MOST_NUMBERS = 1 << 16;

    /** A note of each is kept in memory. Five thousand readers of one file have been tried. */
    private static final int MOST_WAITING = 1 << 14;

    /** The kernel's default, where the limit cannot be read. */
    private static final int USUAL = 1024;

    static DescriptorLimit ofThisProcess() {
        int limit = USUAL;
        try {
            for (String line : Files.readAllLines(Path.of("/proc/self/limits"))) {
                if (line.startsWith("Max open files")) {
                    String soft = line.split(" {2,}")[1];
                    limit = soft.equals("unlimited")
                            ? MOST_NUMBERS
                            : (int) Math.min(MOST_NUMBERS, Long.parseLong(soft));
                }
            }
        } catch (IOException | RuntimeException unknown) {
            return of(USUAL);
        }
        return of(limit);
    }

    /** Half of them: the filler, the daemon's other work and the opens that are looked at need theirs. */
    static DescriptorLimit of(int limit) {
        return new DescriptorLimit(limit, Math.clamp(limit / 2, 16, MOST_WAITING));
    }
}
