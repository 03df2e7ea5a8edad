package dev.nowake.agent.daemon;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * Processes that open model files only to look at their pages or to move them on purpose: nowake's own verbs. To take them
 * for readers would prefetch a model because somebody asked how much of it is resident. Belongs to the engine's thread.
 */
final class Onlookers {
    private static final String MAIN_CLASS = "\0dev.nowake.agent.cli.Main\0";

    /** Longer command lines are cut: ours has the class path and the main class within this. */
    private static final int COMMAND_LINE_BYTES = 64 << 10;

    /** A pid may be another process's after this long. */
    private static final long REMEMBERED_NANOS = 500_000_000L;

    private static final int REMEMBERED_PROCESSES = 256;

    /** Verbs that bring pages in or drop them; the others open files to look. */
    private static final Set<String> MOVING = Set.of("prefetch", "evict");

    private record Verdict(boolean onlooker, boolean moves, long atNanos) {}

    private final Path procRoot;
    private final Map<Integer, Verdict> verdicts = new HashMap<>();

    Onlookers(Path procRoot) {
        this.procRoot = procRoot;
    }

    /** False for a process that is gone: it may have been a reader. */
    boolean contains(int pid) {
        long now = System.nanoTime();
        Verdict known = verdicts.get(pid);
        if (known != null && now - known.atNanos() < REMEMBERED_NANOS) {
            return known.onlooker();
        }
        if (verdicts.size() >= REMEMBERED_PROCESSES) {
            verdicts.clear();
        }
        String line = commandLine(pid);
        int at = line.indexOf(MAIN_CLASS);
        boolean moves = at >= 0
                && Arrays.stream(line.substring(at + MAIN_CLASS.length()).split("\0"))
                        .anyMatch(MOVING::contains);
        verdicts.put(pid, new Verdict(at >= 0, moves, now));
        return at >= 0;
    }

    /** Whether the process was found to move pages on purpose when it opened something, however long ago. */
    boolean moved(int pid) {
        Verdict known = verdicts.get(pid);
        return known != null && known.moves();
    }

    private String commandLine(int pid) {
        try (InputStream in = Files.newInputStream(procRoot.resolve("proc/" + pid + "/cmdline"))) {
            return new String(in.readNBytes(COMMAND_LINE_BYTES), StandardCharsets.ISO_8859_1);
        } catch (IOException gone) {
            return "";
        }
    }
}
