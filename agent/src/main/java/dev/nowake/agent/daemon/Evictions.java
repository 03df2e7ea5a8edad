package dev.nowake.agent.daemon;

import dev.nowake.agent.decide.Plan;
import dev.nowake.agent.execute.EvictOutcome;
import dev.nowake.agent.execute.PageOut;
import dev.nowake.agent.identify.CatalogEntry;
import dev.nowake.agent.load.ActiveLoad;
import dev.nowake.agent.load.LoadState;
import dev.nowake.agent.load.TrackedShard;
import dev.nowake.agent.observe.Counter;
import dev.nowake.kernel.FileStatus;
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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
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

    private final Parts parts;
    private final Executor evicting;
    private final Executor writingBack;
    private final Keeps keeps;
    private final Baseline baseline;
    private final PageOut pageOut;
    private final Function<FileId, CatalogEntry> catalog;
    private final Predicate<Path> isObserved;

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
        this.baseline = baseline;
        this.pageOut = new PageOut(parts.kernel().foreignMemory(), parts.procRoot());
        this.catalog = catalog;
        this.isObserved = isObserved;
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
        for (Guard.Checked step : plan.steps()) {
            switch (step.step()) {
                case Step.Keep keep -> {
                    if (keeps.add(keep, step.range())) {
                        described.add(describe("keep", step, step.range()));
                    }
                }
                case Step.Evict evict -> {
                    RangeSet fresh = isOwn(active, step.file())
                            ? dropOwn(active, enforced, evict, step.range())
                            : dropOther(enforced, evict, step.range());
                    if (!fresh.isEmpty()) {
                        described.add(describe("evict", step, fresh));
                    }
                }
                case Step.Prefetch prefetch -> {}
            }
        }
        return described;
    }

    private static boolean isOwn(ActiveLoad active, FileId file) {
        return active != null
                && active.load().shard(file) != null
                && active.load().state() == LoadState.LOADING;
    }

    private RangeSet dropOwn(ActiveLoad active, boolean enforced, Step.Evict step, RangeSet range) {
        TrackedShard shard = active.load().shard(step.file());
        RangeSet fresh = range.minus(shard.residentBefore())
                .minus(keeps.of(step.file(), shard.inUse(), PolicyInputs.nowSeconds()))
                .minus(shard.dropped());
        if (fresh.isEmpty() || (enforced && shard.file() == null)) {
            return RangeSet.EMPTY;
        }
        shard.drop(fresh);
        if (enforced) {
            CompletableFuture<Void> before = active.dropping();
            CompletableFuture<Void> done = new CompletableFuture<>();
            active.dropping(CompletableFuture.allOf(before, done));
            OpenFile file = shard.file();
            boolean begun = begin(step, () -> {
                try {
                    EvictOutcome outcome = evict(file, step, fresh);
                    parts.engine().submit(() -> droppedOwn(active, shard, fresh, outcome));
                } finally {
                    done.complete(null);
                }
            });
            if (!begun) {
                done.complete(null);
            }
        }
        return fresh;
    }

    private void droppedOwn(ActiveLoad active, TrackedShard shard, RangeSet ranges, EvictOutcome outcome) {
        if (outcome == null) {
            return;
        }
        active.load().addEvicted(Math.max(0, outcome.evictedBytes()));
        active.budget().released(Math.max(0, outcome.evictedBytes()));
        if (!outcome.isComplete()) {
            parts.engine().at(System.nanoTime() + AGAIN_NANOS, () -> shard.notDropped(ranges));
        }
    }

    /** A file of a model nobody loads; one that a load has is left to that load's policy. */
    private RangeSet dropOther(boolean enforced, Step.Evict step, RangeSet range) {
        FileId id = step.file();
        CatalogEntry entry = catalog.apply(id);
        if (entry == null || parts.book().of(id) != null) {
            return RangeSet.EMPTY;
        }
        RangeSet fresh = range.minus(keeps.of(id, false, PolicyInputs.nowSeconds()));
        if (fresh.isEmpty() || baseline.residentBytes(id) == 0) {
            return RangeSet.EMPTY; // nothing of it was there when it was last looked at, and nobody read it since
        }
        if (!enforced || isObserved.test(entry.path())) {
            return fresh;
        }
        if (!parts.claims().claim(id)) {
            return RangeSet.EMPTY; // its event is on the way: somebody opens it
        }
        boolean begun = begin(step, () -> {
            try {
                evictUnused(entry, id, step, fresh);
            } finally {
                parts.claims().release(id);
            }
        });
        if (!begun) {
            parts.claims().release(id);
        }
        return fresh;
    }

    private void evictUnused(CatalogEntry entry, FileId id, Step.Evict step, RangeSet ranges) {
        try (OpenFile file = parts.kernel().files().open(entry.path())) {
            FileStatus status = parts.kernel().files().status(file);
            boolean same = id.equals(new FileId(status.device(), status.inode()));
            if (!same || parts.kernel().leases().heldElsewhere(file)) {
                return;
            }
            EvictOutcome outcome = evict(file, step, ranges);
            long size = status.sizeBytes();
            baseline.remember(id, baseline.resident(file, size), size);
            parts.journal()
                    .line("release")
                    .path(entry.path())
                    .put("model", entry.model().name())
                    .put("evictedBytes", outcome == null ? 0 : outcome.evictedBytes())
                    .put("reason", step.reason())
                    .log();
        } catch (IOException gone) {
            baseline.forget(id);
        }
    }

    /** Null when it failed, which is counted. The evicting thread. */
    private EvictOutcome evict(OpenFile file, Step.Evict step, RangeSet ranges) {
        try {
            if (step.ifMapped() == Step.IfMapped.PAGEOUT) {
                pageOut.of(step.file(), ranges);
            }
            long patience = step.writeBack() ? WRITE_BACK_NANOS : PATIENCE_NANOS;
            EvictOutcome outcome = parts.evictor().evict(file, step.file(), ranges, patience);
            parts.count(outcome);
            return outcome;
        } catch (IOException | IllegalStateException failed) {
            parts.counters().increment(Counter.ERRORS);
            parts.journal()
                    .line("error")
                    .put("reason", "evict: " + failed.getMessage())
                    .log();
            return null;
        }
    }

    /** What waits for a disk to write does not hold up the rest. */
    private boolean begin(Step.Evict step, Runnable task) {
        try {
            (step.writeBack() ? writingBack : evicting).execute(task);
            return true;
        } catch (RejectedExecutionException stopping) {
            return false;
        }
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
