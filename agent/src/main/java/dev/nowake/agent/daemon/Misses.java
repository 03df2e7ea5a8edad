package dev.nowake.agent.daemon;

import dev.nowake.agent.load.ActiveLoad;
import dev.nowake.agent.load.TrackedShard;
import dev.nowake.agent.observe.Counter;
import dev.nowake.agent.observe.LineKind;
import dev.nowake.kernel.KernelException;
import dev.nowake.model.ByteRange;
import dev.nowake.model.RangeSet;
import dev.nowake.policy.Trigger;

/** Finds readers that wait for storage, and loaders that need no help. Belongs to the engine's thread. */
final class Misses {
    /** One large folio at the reader's position: whether it is there tells whether the reader waits for storage. */
    private static final long MISS_BYTES = 2L << 20;

    /** Beyond what the kernel's own read-ahead brings (two windows of 16 MiB). */
    private static final long OWN_READ_AHEAD_BYTES = 64L << 20;

    private final Parts parts;
    private final Planning planning;

    Misses(Parts parts, Planning planning) {
        this.parts = parts;
        this.planning = planning;
    }

    /**
     * A reader that stands where nothing was asked for and nothing is resident waits for storage; one that finds pages far
     * ahead which nobody here asked for brings them itself.
     */
    void look(ActiveLoad active) {
        for (TrackedShard shard : active.load().shards()) {
            long at = shard.frontierBytes();
            long size = shard.shard().sizeBytes();
            if (!shard.inUse() || shard.file() == null || shard.history().isRewritten()) {
                continue;
            }
            lookAtMiss(active, shard, shard.slowestBytes());
            if (shard.slowestBytes() != at) {
                lookAtMiss(active, shard, at);
            }
            if (at == 0 || at >= size || active.load().isPrefetchingItself()) {
                continue;
            }
            RangeSet ahead = RangeSet.between(at + OWN_READ_AHEAD_BYTES, size)
                    .minus(shard.asked())
                    .minus(shard.residentBefore());
            if (ahead.bytes() > 0 && residentBytes(shard, ahead) > OWN_READ_AHEAD_BYTES) {
                prefetchesItself(active, shard);
            }
        }
    }

    /** {@code at}: where a reader is; at the file's start it may not have begun. */
    private void lookAtMiss(ActiveLoad active, TrackedShard shard, long at) {
        long size = shard.shard().sizeBytes();
        if (at == 0 || at >= size) {
            return;
        }
        RangeSet next = RangeSet.between(at, Math.min(size, at + MISS_BYTES));
        boolean wanted = !next.minus(shard.asked()).isEmpty()
                || !next.intersect(shard.dropped()).isEmpty();
        if (wanted && residentBytes(shard, next) == 0) {
            missed(active, shard, next);
        }
    }

    private void missed(ActiveLoad active, TrackedShard shard, RangeSet range) {
        parts.counters().increment(Counter.MISSES);
        shard.forgetAsked(range);
        shard.notDropped(range);
        ByteRange missed = range.ranges().getFirst();
        planning.ask(active, Trigger.MISS, shard, missed);
    }

    private void prefetchesItself(ActiveLoad active, TrackedShard shard) {
        if (active.load().sawItPrefetch()) {
            parts.line(LineKind.LOAD, active.load())
                    .path(shard.path())
                    .put("reason", "pages appear ahead of the reader that were not asked for: it prefetches by itself")
                    .log();
        }
    }

    /** 0 where it is unknown. */
    private long residentBytes(TrackedShard shard, RangeSet ranges) {
        try {
            return parts.residentBytes(shard.file(), ranges);
        } catch (KernelException unknown) {
            return 0;
        }
    }
}
