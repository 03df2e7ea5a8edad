package dev.nowake.kernel.proc;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Whose process it is, by {@code /proc/PID/status} (proc_pid_status(5)).
 *
 * @param realUid of whoever started it
 * @param effectiveUid what most of its rights go by
 */
public record ProcessOwner(int realUid, int effectiveUid) {
    /** Empty when there is no such process (any more). */
    public static Optional<ProcessOwner> read(Path root, int pid) {
        for (String line : ProcFile.lines(root.resolve("proc/" + pid + "/status"))) {
            if (line.startsWith("Uid:")) {
                String[] words = ProcFile.words(line);
                long real = words.length < 3 ? -1 : ProcFile.number(words[1]);
                long effective = words.length < 3 ? -1 : ProcFile.number(words[2]);
                // user ids are unsigned 32-bit numbers: the largest come out negative, as the kernel's other readers
                // have them
                return real < 0 || effective < 0 || real > 0xFFFF_FFFFL || effective > 0xFFFF_FFFFL
                        ? Optional.empty()
                        : Optional.of(new ProcessOwner((int) real, (int) effective));
            }
        }
        return Optional.empty();
    }
}
