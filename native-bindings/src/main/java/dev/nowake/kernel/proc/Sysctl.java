package dev.nowake.kernel.proc;

import java.nio.file.Path;

/**
 * {@code /proc/sys} (proc_sys(5)). The kernel answers one read of such a file and tells the end to the next, so it must be
 * read in one: java.nio.file.Files reads a byte first, and gets no more.
 */
public final class Sysctl {
    private Sysctl() {}

    /** {@code name} as {@code kernel/random/boot_id}; empty where it cannot be read. */
    public static String text(Path root, String name) {
        return ProcFile.text(root.resolve("proc/sys").resolve(name)).strip();
    }

    /** -1 where it cannot be read or is no number. */
    public static long number(Path root, String name) {
        return ProcFile.number(text(root, name));
    }
}
