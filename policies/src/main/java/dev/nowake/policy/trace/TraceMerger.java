package dev.nowake.policy.trace;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * Makes runs of accesses that continue each other: same file, process and node, the later one beginning inside the earlier
 * one or at its end. What directly follows is always merged, and then the bytes and the order in which each was first
 * touched are as before. What follows after others' accesses is merged while the run is shorter than a limit, so that
 * parallel readers do not make a run of every page; that moves bytes forward in the order, by no more than the limit for
 * each reader. Where a thread's process is told otherwise than before, what it does goes on in its run, and what was told
 * last is right: the kernel notes late which process a thread is of. For one thread.
 */
public final class TraceMerger {
    /** Parallel readers of one file that are told apart. Beyond, runs are shorter. */
    private static final int OPEN_RUNS = 16;

    private static final int NO_THREAD = 0;

    private final long interleavedBytes;
    private final int maxRuns;
    private final List<Run> runs = new ArrayList<>();
    private final Map<Integer, ArrayDeque<Run>> open = new HashMap<>();
    private long dropped;

    /** The limit for runs that others' accesses came between; 0 keeps the exact order. */
    public TraceMerger(long interleavedBytes) {
        this(interleavedBytes, Trace.MAX_ACCESSES);
    }

    TraceMerger(long interleavedBytes, int maxRuns) {
        this.interleavedBytes = interleavedBytes;
        this.maxRuns = maxRuns;
    }

    private static final class Run {
        private final Access first;
        private long endBytes;
        private int pid;
        private int thread;

        Run(Access first, int thread) {
            this.first = first;
            this.endBytes = first.endBytes();
            this.pid = first.pid();
            this.thread = thread;
        }

        boolean continuedBy(Access next, int by) {
            return next.file() == first.file()
                    && (next.pid() == pid || by != NO_THREAD && by == thread)
                    && next.node() == first.node()
                    && next.offsetBytes() >= first.offsetBytes()
                    && next.offsetBytes() <= endBytes;
        }

        boolean staysWithin(Access next, long bytes) {
            return Math.max(endBytes, next.endBytes()) - first.offsetBytes() <= bytes;
        }

        void take(Access next, int by) {
            endBytes = Math.max(endBytes, next.endBytes());
            pid = next.pid();
            thread = by;
        }

        Access access() {
            return new Access(
                    first.file(),
                    first.offsetBytes(),
                    endBytes - first.offsetBytes(),
                    first.node(),
                    first.timeNanos(),
                    pid);
        }
    }

    public void add(Access next) {
        add(next, NO_THREAD);
    }

    /** {@code thread}: whose doing it is. */
    public void add(Access next, int thread) {
        Run last = runs.isEmpty() ? null : runs.getLast();
        if (last != null && dropped == 0 && last.continuedBy(next, thread)) {
            last.take(next, thread);
            return;
        }
        ArrayDeque<Run> nearby = open.computeIfAbsent(next.file(), file -> new ArrayDeque<>());
        for (Iterator<Run> newest = nearby.descendingIterator(); newest.hasNext(); ) {
            Run run = newest.next();
            if (run.continuedBy(next, thread) && run.staysWithin(next, interleavedBytes)) {
                run.take(next, thread);
                return;
            }
        }
        if (runs.size() >= maxRuns) {
            dropped++;
            return;
        }
        Run run = new Run(next, thread);
        runs.add(run);
        nearby.addLast(run);
        if (nearby.size() > OPEN_RUNS) {
            nearby.removeFirst();
        }
    }

    /** Accesses that found no room. */
    public long dropped() {
        return dropped;
    }

    /** The runs so far, in the order of their first bytes; each with the time of its first access. */
    public List<Access> accesses() {
        return runs.stream().map(Run::access).toList();
    }

    /** The accesses merged where that keeps the order exactly. */
    public static List<Access> merge(List<Access> accesses) {
        TraceMerger merger = new TraceMerger(0, Integer.MAX_VALUE);
        accesses.forEach(merger::add);
        return merger.accesses();
    }
}
