package dev.nowake.agent.daemon;

import dev.nowake.agent.load.ActiveLoad;
import dev.nowake.agent.load.Load;
import dev.nowake.agent.load.LoadState;
import dev.nowake.agent.load.TrackedShard;
import dev.nowake.agent.observe.Counter;
import dev.nowake.kernel.KernelException;
import dev.nowake.model.ByteRange;
import dev.nowake.model.FileId;
import dev.nowake.model.RangeSet;
import dev.nowake.policy.Trigger;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * Looks how far a load's readers have got and tells its policy, as long as the load goes on. Belongs to the engine's
 * thread.
 */
final class Following {
    /** At 2 GB/s a reader moves 200 MB in this time, far less than any window. */
    private static final long PROGRESS_NANOS = 100_000_000L;

    /** Looks at readers that stand still come twice as late each time, for a look walks a process's page tables. */
    private static final long WAITING_NANOS = 400_000_000L;

    /** The same once everything is asked for: a server keeps its model mapped for days. */
    private static final long IDLE_NANOS = 30_000_000_000L;

    /** One large folio at the reader's position: whether it is there tells whether the reader waits for storage. */
    private static final long MISS_BYTES = 2L << 20;

    /** Beyond what the kernel's own read-ahead brings (two windows of 16 MiB). */
    private static final long OWN_READ_AHEAD_BYTES = 64L << 20;

    /** Between two looks at page tables, and how many times as long as the last one took. */
    private static final long TOUCHES_NANOS = 500_000_000L;

    private static final int TOUCHES_SHARE = 50;

    private final Parts parts;
    private final Frontiers frontiers;
    private final Touches touches;
    private final ReaderPlaces places;
    private final LayoutShelf layouts;
    private final Planning planning;
    private final RoomMaking rooms;
    private final Executor background;
    private final Runnable loadBegins;

    Following(
            Parts parts,
            Frontiers frontiers,
            ReaderPlaces places,
            LayoutShelf layouts,
            Planning planning,
            RoomMaking rooms,
            Executor background,
            Runnable loadBegins) {
        this.parts = parts;
        this.frontiers = frontiers;
        this.touches = new Touches(parts.procRoot());
        this.places = places;
        this.layouts = layouts;
        this.planning = planning;
        this.rooms = rooms;
        this.background = background;
        this.loadBegins = loadBegins;
    }

    /** A reader came: where its pages shall lie must be known before they are asked for. */
    void readerCame(ActiveLoad active) {
        places.lookBeforePlan(active.load(), System.nanoTime());
    }

    void begin(ActiveLoad active) {
        loadBegins.run();
        places.look(active.load(), System.nanoTime());
        later(active, PROGRESS_NANOS);
    }

    private void later(ActiveLoad active, long nanos) {
        parts.engine().at(System.nanoTime() + nanos, () -> look(active, nanos));
    }

    private void look(ActiveLoad active, long afterNanos) {
        Load load = active.load();
        if (load.state() != LoadState.LOADING) {
            return;
        }
        long before = frontierSum(load);
        frontiers.look(load);
        active.budget().readsAt((long) load.bytesPerSecond());
        places.look(load, System.nanoTime());
        boolean moved = frontierSum(load) != before;
        if (active.enforced()) {
            rooms.watch(active);
            lookAtMisses(active);
            readWantedLayouts(active);
        }
        if (moved) {
            load.touchesStale();
        }
        if (load.areTouchesStale()) {
            lookAtTouches(active); // a reader that pauses leaves more behind it than was seen while it went
        }
        boolean more = !Prefetching.isEverythingAsked(load);
        if (moved || more) {
            planning.ask(active, Trigger.PROGRESS, null);
        }
        long longest = more ? WAITING_NANOS : IDLE_NANOS;
        later(active, moved || load.areTouchesStale() ? PROGRESS_NANOS : Math.min(afterNanos * 2, longest));
    }

    /** On the background thread, one at a time, and seldom enough that looking takes a small part of the reader's time. */
    private void lookAtTouches(ActiveLoad active) {
        Load load = active.load();
        long began = System.nanoTime();
        if (!load.beginTouchLook(began)) {
            return;
        }
        Touches.Question question = Touches.Question.of(load);
        try {
            background.execute(() -> {
                Map<FileId, RangeSet> touched = touches.look(question);
                long tookNanos = System.nanoTime() - began;
                parts.engine().submit(() -> {
                    touched.forEach((id, ranges) -> load.shard(id).touched(ranges));
                    load.endTouchLook(System.nanoTime() + Math.max(TOUCHES_NANOS, tookNanos * TOUCHES_SHARE));
                    if (load.state() == LoadState.LOADING) {
                        planning.ask(active, Trigger.PROGRESS, null);
                    }
                });
            });
        } catch (RejectedExecutionException stopping) {
            return; // the daemon ends
        }
    }

    private static long frontierSum(Load load) {
        long sum = 0;
        for (TrackedShard shard : load.shards()) {
            sum += shard.frontierBytes();
        }
        return sum;
    }

    /**
     * A reader that stands where nothing was asked for and nothing is resident waits for storage; one that finds pages far
     * ahead which nobody here asked for brings them itself.
     */
    private void lookAtMisses(ActiveLoad active) {
        for (TrackedShard shard : active.load().shards()) {
            long at = shard.frontierBytes();
            long size = shard.shard().sizeBytes();
            if (!shard.inUse() || shard.file() == null) {
                continue;
            }
            lookAtMiss(active, shard, shard.slowestBytes());
            if (shard.slowestBytes() != at) {
                lookAtMiss(active, shard, at);
            }
            if (at == 0 || at >= size) {
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
            parts.journal()
                    .line("load")
                    .path(shard.path())
                    .put("model", active.load().model().name())
                    .put("reason", "pages appear ahead of the reader that were not asked for: it prefetches by itself")
                    .log();
        }
    }

    /** 0 where it is unknown. */
    private long residentBytes(TrackedShard shard, RangeSet ranges) {
        long bytes = 0;
        for (ByteRange range : ranges.ranges()) {
            try {
                bytes += Math.max(
                        0,
                        parts.kernel()
                                .pageCache()
                                .residency(shard.file(), range.start(), range.lengthBytes())
                                .residentBytes());
            } catch (KernelException unknown) {
                return 0;
            }
        }
        return bytes;
    }

    private void readWantedLayouts(ActiveLoad active) {
        for (TrackedShard shard : active.load().shards()) {
            if (shard.file() != null
                    && shard.opened()
                    && !parts.mounts().of(shard.shard().id().device()).remote()
                    && layouts.takeWish(shard.shard().id())) {
                CompletableFuture<Void> done = new CompletableFuture<>();
                active.dropping(CompletableFuture.allOf(active.dropping(), done));
                try {
                    background.execute(() -> {
                        try {
                            layouts.read(parts.kernel().files(), shard);
                        } finally {
                            done.complete(null);
                        }
                    });
                } catch (RejectedExecutionException stopping) {
                    done.complete(null);
                }
            }
        }
    }
}
