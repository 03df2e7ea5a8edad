package dev.nowake.kernel.proc;

import java.io.File;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/**
 * One process, by {@code /proc/PID/stat} (proc_pid_stat(5)).
 *
 * @param command the first 15 bytes of its name; may hold spaces and parentheses
 * @param state R, S, D, Z, T...
 * @param session the session's id, which fork and exec keep
 * @param startTicks start in clock ticks since boot: with the pid it names a process that a reused pid does not
 * @param cpuTicks user and system time of its threads, clock ticks
 * @param residentPages its own count of resident pages
 */
public record ProcessInfo(
        int pid,
        String command,
        char state,
        int parent,
        int session,
        long minorFaults,
        long majorFaults,
        long cpuTicks,
        long startTicks,
        long residentPages) {
    /** Words after the command up to rss; older kernels have at least these. */
    private static final int WORDS = 22;

    public static Optional<ProcessInfo> read(int pid) {
        return read(ProcFile.HOST, pid);
    }

    /** Empty when there is no such process (any more). */
    public static Optional<ProcessInfo> read(Path root, int pid) {
        return parse(ProcFile.text(root.resolve("proc/" + pid + "/stat")));
    }

    /** The processes there are, ascending; may be gone by the time they are looked at. */
    public static int[] pids(Path root) {
        // File.list reads names alone and, unlike a directory stream, is not cut short by an interrupt.
        String[] names = new File(root.toFile(), "proc").list();
        if (names == null) {
            return new int[0];
        }
        return Arrays.stream(names)
                .mapToInt(ProcFile::smallNumber)
                .filter(pid -> pid > 0)
                .sorted()
                .toArray();
    }

    private static Optional<ProcessInfo> parse(String line) {
        int open = line.indexOf('(');
        int close = line.lastIndexOf(')');
        int pid = open <= 0 ? -1 : ProcFile.smallNumber(line.substring(0, open).strip());
        String[] words = close < open ? new String[0] : ProcFile.words(line.substring(close + 1));
        if (pid < 0 || words.length < WORDS || words[0].length() != 1) {
            return Optional.empty();
        }
        return Optional.of(new ProcessInfo(
                pid,
                ProcFile.name(line.substring(open + 1, close)),
                words[0].charAt(0),
                Math.max(0, ProcFile.smallNumber(words[1])),
                Math.max(0, ProcFile.smallNumber(words[3])),
                count(words[7]),
                count(words[9]),
                ProcFile.plus(count(words[11]), count(words[12])),
                count(words[19]),
                count(words[21])));
    }

    private static long count(String word) {
        return Math.max(0, ProcFile.number(word));
    }
}
