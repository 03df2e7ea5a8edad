package dev.nowake.agent.daemon;

import dev.nowake.agent.execute.EvictOutcome;
import dev.nowake.agent.load.Load;
import dev.nowake.agent.load.TrackedShard;
import dev.nowake.agent.observe.Counter;
import dev.nowake.agent.observe.LineKind;
import dev.nowake.kernel.FileStatus;
import dev.nowake.kernel.OpenFile;
import dev.nowake.model.FileId;
import dev.nowake.model.RangeSet;
import java.io.IOException;
import java.util.concurrent.Executor;

/**
 * Pages that could not be dropped when their load ended (dirty, in flight): tried again a few times, later and later,
 * unless somebody reads the file again. No descriptor is held between tries.
 */
final class Leftovers {
    /** Write-back starts within 5 s and expires at 30 s on a stock kernel (vm.dirty_writeback_centisecs and _expire_). */
    private static final long[] AFTER_SECONDS = {2, 8, 32};

    private static final long SECOND = 1_000_000_000L;
    private static final long PATIENCE_NANOS = 500_000_000L;

    private final Parts parts;
    private final Executor background;

    Leftovers(Parts parts, Executor background) {
        this.parts = parts;
        this.background = background;
    }

    /** The engine's thread. */
    void retryLater(Load load, TrackedShard shard, RangeSet ranges) {
        retryLater(load, shard, ranges, 0);
    }

    private void retryLater(Load load, TrackedShard shard, RangeSet ranges, int attempt) {
        if (attempt < AFTER_SECONDS.length && !ranges.isEmpty()) {
            long due = System.nanoTime() + AFTER_SECONDS[attempt] * SECOND;
            parts.engine().at(due, () -> retry(load, shard, ranges, attempt));
        }
    }

    private void retry(Load load, TrackedShard shard, RangeSet ranges, int attempt) {
        FileId id = shard.shard().id();
        if (parts.book().of(id) != null || !parts.claims().claim(id)) {
            return;
        }
        background.execute(() -> {
            EvictOutcome outcome = evict(load, shard, ranges);
            parts.claims().release(id);
            if (outcome != null && !outcome.isComplete()) {
                parts.engine().submit(() -> retryLater(load, shard, ranges, attempt + 1));
            }
        });
    }

    private EvictOutcome evict(Load load, TrackedShard shard, RangeSet ranges) {
        FileId id = shard.shard().id();
        try (OpenFile file = parts.kernel().files().open(shard.path())) {
            FileStatus status = parts.kernel().files().status(file);
            boolean same = id.equals(new FileId(status.device(), status.inode()));
            if (!same || parts.kernel().leases().heldElsewhere(file)) {
                return null;
            }
            EvictOutcome outcome = parts.evictor().evict(file, id, ranges, PATIENCE_NANOS);
            parts.counters().add(Counter.EVICTED_BYTES, Math.max(0, outcome.evictedBytes()));
            parts.line(LineKind.RELEASE, load)
                    .path(shard.path())
                    .put("evictedBytes", outcome.evictedBytes())
                    .put("reason", "pages that stayed at the load's end")
                    .log();
            return outcome;
        } catch (IOException gone) {
            return null;
        }
    }
}
