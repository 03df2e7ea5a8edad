package dev.nowake.agent.daemon;

import dev.nowake.agent.decide.Plan;
import dev.nowake.agent.execute.EvictOutcome;
import dev.nowake.agent.execute.PageOut;
import dev.nowake.agent.identify.CatalogEntry;
import dev.nowake.agent.load.ActiveLoad;
import dev.nowake.agent.load.LoadState;
import dev.nowake.agent.load.TrackedShard;
import dev.nowake.agent.observe.Counter;
import dev.nowake.agent.observe.LineKind;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.OpenFile;
import dev.nowake.model.FileId;
import dev.nowake.model.RangeSet;
import dev.nowake.policy.Guard;
import dev.nowake.policy.Step;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * What policies want dropped while a load goes on, and of models nobody loads; the end of a load is {@link Releasing}'s.
 * Belongs to the engine's thread; pages are dropped on a thread of the lane's own, one file at a time.
 */
final class Evictions {
    /** Pages held by a CPU's batch are free in a millisecond; what stays longer is tried again by the next plan. */
    private static final long PATIENCE_NANOS = 50_000_000L;

    /** Dirty pages of a whole shard take a slow disk this long. */
    private static final long WRITE_BACK_NANOS = 60_000_000_000L;

    /** What stayed is asked for again no sooner than this. */
    private static final long AGAIN_NANOS = 1_000_000_000L;

    /** Processes that share a mapping share it for their lives: to look for the end of that costs a pass over /proc. */
    private static final long SHARED_AGAIN_NANOS = 10_000_000_000L;

    private final Parts parts;
    private final Executor evicting;
    private final Executor writingBack;
    private final Keeps keeps;
    private final PageOut pageOut;
    private final UnusedEvictions unused;

    /** {@code isObserved}: the file lies below a root in observe mode, where nobody touches anything. */
    Evictions(
            Parts parts,
            Executor evicting,
            Executor writingBack,
            Keeps keeps,
            Baseline baseline,
            Function<FileId, CatalogEntry> catalog,
            Predicate<Path> isObserved) {
        this.parts = parts;
        this.evicting = evicting;
        this.writingBack = writingBack;
        this.keeps = keeps;
        this.pageOut = new PageOut(
                parts.kernel().foreignMemory(),
                parts.procRoot(),
                () -> parts.switches().acts());
        this.unused = new UnusedEvictions(parts, keeps, baseline, catalog, isObserved, this::begin, this::evictUnused);
    }

    /**
     * Carries the plan's evictions and keeps out, or only tells of them where {@code enforced} is false; its prefetches
     * are not looked at.
     *
     * @param active the load the policy was asked about, whose files are dropped through its descriptors; null for none
     * @return what is to be done, for the journal
     */
    List<Object> carryOut(ActiveLoad active, boolean enforced, Plan plan) {
        List<Object> described = new ArrayList<>();
        boolean stopped = active == null ? enforced && !parts.switches().acts() : active.suspended();
        for (Guard.Checked step : plan.steps()) {
            switch (step.step()) {
                case Step.Keep keep -> {
                    if (keeps.add(keep, step.range())) {
                        described.add(describe("keep", step, step.range()));
                    }
                }
                case Step.Evict evict -> {
                    RangeSet fresh = stopped ? RangeSet.EMPTY : drop(active, enforced, evict, step.range());
                    if (!fresh.isEmpty()) {
                        described.add(describe("evict", step, fresh));
                    }
                }
                case Step.Prefetch prefetch -> {}
            }
        }
        return described;
    }

    private RangeSet drop(ActiveLoad active, boolean enforced, Step.Evict step, RangeSet range) {
        return isOwn(active, step.file()) ? dropOwn(active, enforced, step, range) : unused.drop(enforced, step, range);
    }

    private static boolean isOwn(ActiveLoad active, FileId file) {
        return active != null
                && active.load().shard(file) != null
                && active.load().state() == LoadState.LOADING;
    }

    private RangeSet dropOwn(ActiveLoad active, boolean enforced, Step.Evict step, RangeSet range) {
        TrackedShard shard = active.load().shard(step.file());
        if (shard.history().isRewritten() || shard.history().hasGoneBack()) {
            return RangeSet.EMPTY;
        }
        if (shard.inUse()
                && !shard.touched().isKnown()
                && active.load().readers().size() > 1) {
            return RangeSet.EMPTY; // the plan was made before the last reader came
        }
        RangeSet left = range.minus(shard.residentBefore()).minus(keeps.of(step.file(), shard.inUse()));
        RangeSet fresh = left.minus(shard.dropped());
        if (shard.inUse() && shard.frontierBytes() == 0) {
            fresh = fresh.minus(
                    shard.touched().justNow()); // nobody knows where it goes next; one that goes on is past it
        }
        if (fresh.isEmpty() || (enforced && shard.file() == null)) {
            return RangeSet.EMPTY;
        }
        RangeSet ranges = Seams.closed(fresh, shard.dropped());
        shard.drop(fresh);
        if (enforced) {
            OpenFile file = shard.file();
            RangeSet dropped = fresh;
            active.runHolding(executorFor(step), () -> {
                if (!active.enforced()) {
                    parts.engine().submit(() -> shard.notDropped(dropped));
                    return;
                }
                Taken taken = pageOut(file, step, ranges);
                EvictOutcome outcome = evict(file, step, ranges);
                parts.engine().submit(() -> droppedOwn(active, shard, dropped, outcome, taken));
            });
        }
        return fresh;
    }

    private void droppedOwn(ActiveLoad active, TrackedShard shard, RangeSet ranges, EvictOutcome outcome, Taken taken) {
        boolean shared = taken.mappers() > 1;
        if (shared) {
            mappedBySeveral(active, shard);
        }
        active.load().addEvicted(taken.bytes());
        if (outcome == null) {
            return;
        }
        active.load().addEvicted(Math.max(0, outcome.evictedBytes()));
        active.budget().released(Math.max(0, outcome.evictedBytes()));
        if (outcome.isComplete()) {
            shard.isGone(Seams.inside(ranges, shard.shard().sizeBytes()));
        } else {
            parts.engine()
                    .at(
                            System.nanoTime() + (shared ? SHARED_AGAIN_NANOS : AGAIN_NANOS),
                            () -> shard.notDropped(ranges));
        }
    }

    private void mappedBySeveral(ActiveLoad active, TrackedShard shard) {
        parts.counters().increment(Counter.PAGE_OUT_SHARED);
        if (shard.history().seenMappedBySeveral()) {
            parts.line(LineKind.LOAD, active.load())
                    .path(shard.path())
                    .put("reason", "several processes map it: its pages stay until all but one have let it go")
                    .log();
        }
    }

    /**
     * Mapped pages that were taken.
     *
     * @param mappers processes that map the file; 0 where that was not asked
     */
    private record Taken(int mappers, long bytes) {
        static final Taken NOTHING = new Taken(0, 0);
    }

    /** Takes mapped pages from their one mapper where the step says so. The evicting thread. */
    private Taken pageOut(OpenFile file, Step.Evict step, RangeSet ranges) {
        if (step.ifMapped() != Step.IfMapped.PAGEOUT) {
            return Taken.NOTHING;
        }
        try {
            long before = parts.residentBytes(file, ranges);
            PageOut.Result result = pageOut.of(step.file(), ranges);
            long taken = result.advisedBytes() == 0 ? 0 : Math.max(0, before - parts.residentBytes(file, ranges));
            parts.counters().add(Counter.EVICTED_BYTES, taken);
            return new Taken(result.mappers(), taken);
        } catch (KernelException gone) {
            return Taken.NOTHING; // the process is, or may not be touched: what it maps stays
        }
    }

    private EvictOutcome evictUnused(OpenFile file, Step.Evict step, RangeSet ranges) {
        pageOut(file, step, ranges);
        return evict(file, step, ranges);
    }

    /** Null when it failed, which is counted. The evicting thread. */
    private EvictOutcome evict(OpenFile file, Step.Evict step, RangeSet ranges) {
        try {
            long patience = step.writeBack() ? WRITE_BACK_NANOS : PATIENCE_NANOS;
            EvictOutcome outcome = parts.evictor().evict(file, step.file(), ranges, patience);
            parts.count(outcome);
            return outcome;
        } catch (IOException | IllegalStateException failed) {
            parts.counters().increment(Counter.ERRORS);
            parts.journal()
                    .line(LineKind.ERROR)
                    .put("reason", "evict: " + failed.getMessage())
                    .log();
            return null;
        }
    }

    /** What waits for a disk to write does not hold up the rest. */
    private boolean begin(Step.Evict step, Runnable task) {
        return LaneThreads.begin(executorFor(step), task);
    }

    private Executor executorFor(Step.Evict step) {
        return step.writeBack() ? writingBack : evicting;
    }

    private static Map<String, Object> describe(String action, Guard.Checked step, RangeSet ranges) {
        Map<String, Object> described = new LinkedHashMap<>();
        described.put("action", action);
        described.put("file", step.file().toString());
        described.put("offsetBytes", ranges.ranges().getFirst().start());
        described.put("lengthBytes", ranges.bytes());
        described.put("reason", step.step().reason());
        return described;
    }
}
