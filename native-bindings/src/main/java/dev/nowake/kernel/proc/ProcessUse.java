package dev.nowake.kernel.proc;

import java.nio.file.Path;

/**
 * What this process uses of its host: {@code /proc/self/stat} (proc_pid_stat(5)) and {@code /proc/self/fd}. 0 where the tree
 * does not tell.
 *
 * @param cpuSeconds user and system time of all its threads
 * @param residentBytes may be off by some hundred KiB: the kernel keeps a part of the count per CPU
 */
public record ProcessUse(double cpuSeconds, long residentBytes, long virtualBytes, int threads, int openDescriptors) {
    /** USER_HZ, which every Linux of the last twenty years has told /proc in, on every architecture but Alpha. */
    private static final double TICKS_PER_SECOND = 100;

    /** The numbers of proc_pid_stat(5), counted from the state, which is the first word after the name. */
    private static final int UTIME = 14 - 3;

    private static final int STIME = 15 - 3;
    private static final int NUM_THREADS = 20 - 3;
    private static final int VSIZE = 23 - 3;
    private static final int RSS = 24 - 3;

    public static ProcessUse ofThis(Path root) {
        String stat = ProcFile.text(root.resolve("proc/self/stat"));
        // the name may hold spaces and parentheses; what follows the last one are numbers
        String[] words = ProcFile.words(stat.substring(stat.lastIndexOf(')') + 1));
        String[] descriptors = root.resolve("proc/self/fd").toFile().list();
        return new ProcessUse(
                ProcFile.plus(at(words, UTIME), at(words, STIME)) / TICKS_PER_SECOND,
                ProcFile.times(at(words, RSS), PageSize.bytes(root)),
                at(words, VSIZE),
                (int) Math.min(Integer.MAX_VALUE, at(words, NUM_THREADS)),
                descriptors == null ? 0 : Math.max(0, descriptors.length - 1)); // less the one that lists them
    }

    private static long at(String[] words, int index) {
        return index < words.length ? Math.max(0, ProcFile.number(words[index])) : 0;
    }
}
