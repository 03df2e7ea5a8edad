package dev.nowake.agent.daemon;

import dev.nowake.agent.execute.EvictOutcome;
import dev.nowake.agent.identify.CatalogEntry;
import dev.nowake.agent.observe.LineKind;
import dev.nowake.kernel.FileStatus;
import dev.nowake.kernel.OpenFile;
import dev.nowake.model.FileId;
import dev.nowake.model.RangeSet;
import dev.nowake.policy.Step;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Drops what policies want dropped of models nobody loads. Belongs to the engine's thread; pages are dropped on the
 * evicting one.
 */
final class UnusedEvictions {
    /**
     * A file that somebody has open is left alone. Often that is for an instant (a scanner, {@code ls} of a shell, our own
     * look at residency), and nobody would ask a second time: so it is tried again, later and later, unless a load begins.
     */
    private static final long[] AGAIN_AFTER_MILLIS = {50, 200, 1_000, 5_000};

    private static final long MILLI = 1_000_000L;

    /** Drops the ranges of an open file; null when it failed. The evicting thread. */
    interface Eviction {
        EvictOutcome evict(OpenFile file, Step.Evict step, RangeSet ranges);
    }

    private final Parts parts;
    private final Keeps keeps;
    private final Baseline baseline;
    private final Function<FileId, CatalogEntry> catalog;
    private final Predicate<Path> isObserved;
    private final BiPredicate<Step.Evict, Runnable> begin;
    private final Eviction eviction;
    private final Set<FileId> waiting = new HashSet<>();

    /** {@code begin}: runs a task for a step on a thread for it, false where the daemon ends. */
    UnusedEvictions(
            Parts parts,
            Keeps keeps,
            Baseline baseline,
            Function<FileId, CatalogEntry> catalog,
            Predicate<Path> isObserved,
            BiPredicate<Step.Evict, Runnable> begin,
            Eviction eviction) {
        this.parts = parts;
        this.keeps = keeps;
        this.baseline = baseline;
        this.catalog = catalog;
        this.isObserved = isObserved;
        this.begin = begin;
        this.eviction = eviction;
    }

    /** Returns what is to be dropped; a file that a load has is left to that load's policy. */
    RangeSet drop(boolean enforced, Step.Evict step, RangeSet range) {
        FileId id = step.file();
        CatalogEntry entry = catalog.apply(id);
        if (entry == null || parts.book().of(id) != null) {
            return RangeSet.EMPTY;
        }
        RangeSet fresh = range.minus(keeps.of(id, false));
        if (fresh.isEmpty() || baseline.residentBytes(id) == 0) {
            return RangeSet.EMPTY; // nothing of it was there when it was last looked at, and nobody read it since
        }
        if (!enforced || isObserved.test(entry.path())) {
            return fresh;
        }
        if (!waiting.contains(id) && !attempt(id, step, fresh, 0)) {
            return RangeSet.EMPTY;
        }
        return fresh;
    }

    /** False where the file is somebody's, and is left alone for now. */
    private boolean attempt(FileId id, Step.Evict step, RangeSet ranges, int number) {
        CatalogEntry entry = catalog.apply(id);
        if (entry == null || parts.book().of(id) != null || isStopped(entry)) {
            return false;
        }
        if (!parts.claims().claim(id)) {
            again(id, step, ranges, number); // its event is on the way: somebody opens it
            return true;
        }
        boolean begun = begin.test(step, () -> {
            boolean held = true;
            try {
                held = !evict(entry, id, step, ranges);
            } finally {
                parts.claims().release(id);
                if (held) {
                    parts.engine().submit(() -> again(id, step, ranges, number));
                }
            }
        });
        if (!begun) {
            parts.claims().release(id);
        }
        return begun;
    }

    /** Also while it waited for a second try. Any thread. */
    private boolean isStopped(CatalogEntry entry) {
        return !parts.switches().acts() || isObserved.test(entry.path());
    }

    private void again(FileId id, Step.Evict step, RangeSet ranges, int number) {
        if (number < AGAIN_AFTER_MILLIS.length && waiting.add(id)) {
            parts.engine().at(System.nanoTime() + AGAIN_AFTER_MILLIS[number] * MILLI, () -> {
                waiting.remove(id);
                attempt(id, step, ranges.minus(keeps.of(id, false)), number + 1);
            });
        }
    }

    /** False while somebody has the file. The evicting thread. */
    private boolean evict(CatalogEntry entry, FileId id, Step.Evict step, RangeSet ranges) {
        if (isStopped(entry)) {
            return true;
        }
        try (OpenFile file = parts.kernel().files().open(entry.path())) {
            FileStatus status = parts.kernel().files().status(file);
            if (!id.equals(new FileId(status.device(), status.inode()))) {
                return true; // another file by now
            }
            if (parts.kernel().leases().heldElsewhere(file)) {
                return false;
            }
            EvictOutcome outcome = eviction.evict(file, step, ranges);
            long size = status.sizeBytes();
            baseline.remember(id, baseline.resident(file, size), size);
            parts.journal()
                    .line(LineKind.RELEASE)
                    .path(entry.path())
                    .put("model", entry.model().name())
                    .put("evictedBytes", outcome == null ? 0 : outcome.evictedBytes())
                    .put("reason", step.reason())
                    .log();
        } catch (IOException gone) {
            baseline.forget(id);
        }
        return true;
    }
}
