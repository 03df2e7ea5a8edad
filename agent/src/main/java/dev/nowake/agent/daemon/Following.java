package dev.nowake.agent.daemon;

import dev.nowake.agent.load.ActiveLoad;
import dev.nowake.agent.load.Load;
import dev.nowake.agent.load.LoadState;
import dev.nowake.agent.load.TrackedShard;
import dev.nowake.agent.observe.Counter;
import dev.nowake.agent.observe.LineKind;
import dev.nowake.agent.progress.FilePlace;
import dev.nowake.agent.progress.LoadProgress;
import dev.nowake.agent.progress.ProgressQuestion;
import dev.nowake.agent.progress.ProgressSeen;
import dev.nowake.model.FileId;
import dev.nowake.model.RangeSet;
import dev.nowake.model.Tensor;
import dev.nowake.policy.Trigger;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * Looks how far a load's readers have got and tells its policy, as long as the load goes on. Belongs to the engine's
 * thread; looks are made on a thread of their own, one at a time.
 */
final class Following implements AutoCloseable {
    /** At 2 GB/s a reader moves 200 MB in this time: with what is kept behind it that is what drop-behind lags. */
    private static final long PROGRESS_NANOS = 100_000_000L;

    /** Looks at readers that stand still come twice as late each time. */
    private static final long WAITING_NANOS = 400_000_000L;

    /** The same once everything is asked for: a server keeps its model mapped for days. */
    private static final long IDLE_NANOS = 30_000_000_000L;

    /** However late the next look comes, a load's end is seen by then, and what follows it is given back. */
    private static final long END_NANOS = 1_000_000_000L;

    /** One load, and how it is followed. */
    private record Followed(ActiveLoad active, LoadProgress progress, Pace pace) {}

    private final Parts parts;
    private final ReaderPlaces places;
    private final LayoutShelf layouts;
    private final Planning planning;
    private final RoomMaking rooms;
    private final Misses misses;
    private final Rewrites rewrites;
    private final Executor looking;
    private final Executor background;
    private final Consumer<ActiveLoad> loadBegins;
    private final Map<ActiveLoad, LoadProgress> open = new ConcurrentHashMap<>();

    Following(
            Parts parts,
            ReaderPlaces places,
            LayoutShelf layouts,
            Planning planning,
            RoomMaking rooms,
            Baseline baseline,
            Executor looking,
            Executor background,
            Consumer<ActiveLoad> loadBegins) {
        this.parts = parts;
        this.places = places;
        this.layouts = layouts;
        this.planning = planning;
        this.rooms = rooms;
        this.misses = new Misses(parts, planning);
        this.rewrites = new Rewrites(parts, layouts, baseline);
        this.looking = looking;
        this.background = background;
        this.loadBegins = loadBegins;
    }

    /** A reader came: where its pages shall lie must be known before they are asked for. */
    void readerCame(ActiveLoad active) {
        places.lookBeforePlan(active.load(), System.nanoTime());
    }

    void begin(ActiveLoad active) {
        loadBegins.accept(active);
        places.look(active.load(), System.nanoTime());
        LoadProgress progress = new LoadProgress(parts.procRoot(), parts.kernel());
        open.put(active, progress);
        later(new Followed(active, progress, new Pace()), PROGRESS_NANOS / 2, 0); // what is not looked at stays
    }

    /** {@code costNanos}: of the look before. */
    private void later(Followed followed, long nanos, long costNanos) {
        await(followed, nanos, System.nanoTime() + followed.pace().after(costNanos, nanos));
    }

    private void await(Followed followed, long afterNanos, long dueNanos) {
        long now = System.nanoTime();
        if (dueNanos - now <= END_NANOS) {
            parts.engine().at(dueNanos, () -> look(followed, afterNanos));
        } else {
            parts.engine().at(now + END_NANOS, () -> {
                if (followed.active().load().state() == LoadState.LOADING) {
                    await(followed, afterNanos, dueNanos);
                } else {
                    end(followed.progress());
                }
            });
        }
    }

    private void look(Followed followed, long afterNanos) {
        ActiveLoad active = followed.active();
        Load load = active.load();
        if (load.state() != LoadState.LOADING) {
            end(followed.progress());
            return;
        }
        places.look(load, System.nanoTime());
        ProgressQuestion question = question(active);
        int generation = load.generation();
        // residency is asked of the load's descriptors, which stay open until that is over
        active.runHolding(looking, () -> {
            ProgressSeen seen = followed.progress().look(question);
            parts.engine().submit(() -> seen(followed, seen, generation, afterNanos));
        });
    }

    /**
     * Its last reader has closed everything: what that has read since it was seen last is looked at now, if it still lives.
     * The load's end waits for that.
     */
    void lookLast(ActiveLoad active) {
        LoadProgress progress = open.get(active);
        if (progress == null || active.load().readers().size() != 1) {
            return;
        }
        ProgressQuestion question = question(active);
        active.runHolding(looking, () -> {
            ProgressSeen seen = progress.look(question);
            parts.engine().submit(() -> finished(active.load(), seen));
        });
    }

    private static void finished(Load load, ProgressSeen seen) {
        seen.finished().forEach((file, from) -> load.shard(file).readToEnd(from));
    }

    /** Gives back what the kernel keeps for loads that are still followed. Any thread. */
    @Override
    public void close() {
        open.values().forEach(LoadProgress::close);
    }

    private void end(LoadProgress progress) {
        open.values().remove(progress);
        if (!LaneThreads.begin(looking, progress::close)) {
            progress.close();
        }
    }

    private ProgressQuestion question(ActiveLoad active) {
        Map<FileId, ProgressQuestion.Asked> files = new HashMap<>();
        Map<FileId, Long> closed = new HashMap<>();
        long opens = 0;
        boolean remote = false;
        for (TrackedShard shard : active.load().shards()) {
            opens += shard.opens();
            if (shard.inUse()) {
                FileId id = shard.shard().id();
                boolean far = parts.mounts().of(id.device()).remote();
                remote |= far;
                RangeSet expected = shard.asked().union(shard.residentBefore());
                files.put(
                        id,
                        new ProgressQuestion.Asked(
                                shard.shard().sizeBytes(),
                                shard.gone(),
                                expected,
                                headerBytes(id),
                                shard.path(),
                                far || !active.enforced() ? null : shard.file()));
            } else if (shard.opened()) {
                closed.put(shard.shard().id(), shard.shard().sizeBytes());
            }
        }
        return new ProgressQuestion(
                Set.copyOf(active.load().readers().keySet()), files, closed, opens, active.enforced() && !remote);
    }

    private long headerBytes(FileId id) {
        List<Tensor> tensors = layouts.known(id).tensors();
        return tensors.isEmpty() ? 0 : tensors.getFirst().bytes().start();
    }

    private void seen(Followed followed, ProgressSeen seen, int generation, long afterNanos) {
        ActiveLoad active = followed.active();
        Load load = active.load();
        if (load.state() != LoadState.LOADING) {
            end(followed.progress());
            return;
        }
        load.progress(seen.readers());
        if (seen.direct()) {
            load.readsDirectly();
        }
        boolean moved = seen.moved();
        if (generation == load.generation()) {
            for (Map.Entry<FileId, FilePlace> file : seen.files().entrySet()) {
                moved |= take(active, load.shard(file.getKey()), file.getValue());
            }
            finished(load, seen);
        }
        load.frontiersSeen(System.nanoTime());
        FrontierLag.observe(active, parts.counters());
        active.budget().readsAt((long) load.bytesPerSecond());
        rewrites.look(load);
        if (active.enforced()) {
            rooms.watch(active);
            misses.look(active);
            readWantedLayouts(active);
        }
        boolean more = !Prefetching.isEverythingAsked(load);
        if (moved || more) {
            planning.ask(active, Trigger.PROGRESS, null);
        }
        long longest = more ? WAITING_NANOS : IDLE_NANOS;
        later(followed, moved ? PROGRESS_NANOS : Math.min(afterNanos * 2, longest), seen.cpuNanos());
    }

    /** Returns whether more is known than before. */
    private boolean take(ActiveLoad active, TrackedShard shard, FilePlace place) {
        if (!shard.inUse()) {
            return false;
        }
        if (place.wentBack() && shard.history().seenGoingBack()) {
            parts.counters().increment(Counter.WENT_BACK);
            parts.line(LineKind.LOAD, active.load())
                    .path(shard.path())
                    .put("reason", "a reader went back: nothing of this file is dropped behind its readers any more")
                    .log();
        }
        // prefetch that waited for room would bring back what was dropped behind them
        active.runningJobs().forEach(job -> job.withdraw(shard.shard().id(), place.touched()));
        long before = shard.frontierBytes();
        if (place.slowestBytes() < 0) {
            shard.readersJump();
        } else {
            shard.readersAt(place.slowestBytes(), place.furthestBytes());
        }
        shard.touched().byAny(place.touchedByAny());
        return shard.touched().byAll(place.touched()) || shard.frontierBytes() != before;
    }

    private void readWantedLayouts(ActiveLoad active) {
        for (TrackedShard shard : active.load().shards()) {
            if (shard.file() != null
                    && shard.opened()
                    && !shard.history().isRewritten()
                    && !parts.mounts().of(shard.shard().id().device()).remote()
                    && layouts.takeWish(shard.shard().id())) {
                active.runHolding(background, () -> layouts.read(parts.kernel().files(), shard));
            }
        }
    }
}
