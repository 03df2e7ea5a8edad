package dev.nowake.agent.execute;

import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.NodeMemory;
import dev.nowake.kernel.proc.BuddyInfo;
import dev.nowake.kernel.proc.NumaTopology;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;

/**
 * Has the kernel bring free memory together in large blocks: one node after the other, on a thread of its own for as long as
 * it takes, and seldom. Thread-safe.
 */
public final class Compactor {
    /**
     * Readers are looked at ten times a second, and each look may find blocks short; what did not help a moment ago does
     * not help now.
     */
    private static final long LEAST_NANOS = 1_000_000_000L;

    /**
     * A pause so many times as long as the last compaction took: a twentieth of one processor at most. Measured on a host
     * of 24 GiB: 10 ms of a processor when idle; 0.43 s, and 1.5 s by the clock beside others, where page cache left 2 GiB
     * free and 0.12 GiB of it in blocks (1.3 GiB afterwards); it grows with the memory, and moves pages others work with.
     */
    private static final int SHARE = 20;

    /** All nodes, as {@link dev.nowake.policy.Step.Compact#ALL_NODES}. */
    private static final int ALL = -1;

    /**
     * What became of it.
     *
     * @param node -1 for all
     * @param beforeBytes free in blocks of 2 MiB and larger, before and after; -1 where the kernel does not tell
     * @param refused null where the kernel did it; else nothing is asked of it again
     */
    public record Outcome(int node, double seconds, long beforeBytes, long afterBytes, KernelException refused) {
        /** Bytes that lie in large blocks now and did not before; others may have taken some meanwhile. */
        public long gainedBytes() {
            return beforeBytes < 0 ? 0 : Math.max(0, afterBytes - beforeBytes);
        }
    }

    /** Told on the compacting thread. */
    public interface Listener {
        void compacted(Outcome outcome);
    }

    private final NodeMemory memory;
    private final Path procRoot;
    private final LongSupplier clock;
    private final AtomicBoolean busy = new AtomicBoolean();
    private volatile long notBeforeNanos;
    private volatile boolean refused;

    /** {@code clock}: nanoseconds. */
    public Compactor(NodeMemory memory, Path procRoot, LongSupplier clock) {
        this.memory = memory;
        this.procRoot = procRoot;
        this.clock = clock;
        this.notBeforeNanos = clock.getAsLong();
    }

    /**
     * Begins, and returns at once: false where one is under way, was a short while ago, or the kernel refused one.
     *
     * @param node -1 for all
     */
    public boolean begin(int node, Listener listener) {
        if (refused || clock.getAsLong() - notBeforeNanos < 0 || !busy.compareAndSet(false, true)) {
            return false;
        }
        try {
            Thread.ofPlatform().name("nowake-compact").daemon().start(() -> run(node, listener));
            return true;
        } catch (OutOfMemoryError noThread) {
            busy.set(false);
            return false;
        }
    }

    private void run(int node, Listener listener) {
        long began = clock.getAsLong();
        Outcome outcome;
        try {
            long before = BuddyInfo.read(procRoot).freeBlockBytes(node);
            KernelException refusal = compact(node);
            refused = refusal != null;
            long took = clock.getAsLong() - began;
            long after = BuddyInfo.read(procRoot).freeBlockBytes(node);
            outcome = new Outcome(node, took / 1e9, before, after, refusal);
        } finally {
            long now = clock.getAsLong();
            notBeforeNanos = now + Math.max(LEAST_NANOS, (now - began) * SHARE);
            busy.set(false);
        }
        listener.compacted(outcome);
    }

    private KernelException compact(int node) {
        try {
            if (node != ALL) {
                memory.compact(node);
                return null;
            }
            for (NumaTopology.Node each : NumaTopology.read(procRoot).withMemory()) {
                memory.compact(each.id());
            }
            return null;
        } catch (KernelException refusal) {
            return refusal;
        }
    }
}
