package dev.nowake.kernel.proc;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;

/** Which process a thread is of, by {@code Tgid} in {@code /proc/TID/status} (proc_pid_status(5)). */
public final class ThreadOwner {
    /** The inode number of the namespace the host's first process is in (PROC_PID_INIT_INO, since Linux 3.8). */
    private static final String FIRST_NAMESPACE = "pid:[4026531836]";

    private static final String FIELD = "Tgid:";

    private ThreadOwner() {}

    /** Empty when there is no such thread (any more). */
    public static OptionalInt processOf(Path root, int thread) {
        for (String line : ProcFile.lines(root.resolve("proc/" + thread + "/status"))) {
            if (line.startsWith(FIELD)) {
                int process =
                        ProcFile.smallNumber(line.substring(FIELD.length()).strip());
                return process > 0 ? OptionalInt.of(process) : OptionalInt.empty();
            }
        }
        return OptionalInt.empty();
    }

    /** Whether numbers in /proc are those that the kernel's events tell: not so in a container's own pid namespace. */
    public static boolean numbersAreTheKernels(Path root) {
        try {
            return Files.readSymbolicLink(root.resolve("proc/self/ns/pid"))
                    .toString()
                    .equals(FIRST_NAMESPACE);
        } catch (IOException | UnsupportedOperationException unknown) {
            return false;
        }
    }
}
