package dev.nowake.agent.daemon;

import dev.nowake.agent.execute.EvictOutcome;
import dev.nowake.agent.load.ActiveLoad;
import dev.nowake.agent.load.Load;
import dev.nowake.agent.load.TrackedShard;
import dev.nowake.agent.observe.Counter;
import dev.nowake.agent.observe.LineKind;
import dev.nowake.agent.rules.RuleBook;
import dev.nowake.kernel.FileStatus;
import dev.nowake.kernel.OpenFile;
import dev.nowake.model.FileId;
import dev.nowake.model.RangeSet;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BooleanSupplier;

/**
 * Pages that could not be dropped when their load ended (dirty, in flight): tried again a few times, later and later,
 * unless somebody reads the file again. What a policy wants kept by then stays. No descriptor is held between tries.
 */
final class Leftovers {
    /** Write-back starts within 5 s and expires at 30 s on a stock kernel (vm.dirty_writeback_centisecs and _expire_). */
    private static final long[] AFTER_SECONDS = {2, 8, 32};

    /** While somebody has the file for an instant (a scanner, a look at residency): no event of ours tells when he has gone. */
    private static final long[] HELD_AFTER_MILLIS = {50, 200, 1_000, 5_000};

    private static final long MILLI = 1_000_000L;
    private static final long SECOND = 1_000 * MILLI;
    private static final long PATIENCE_NANOS = 500_000_000L;

    private final Parts parts;
    private final Executor background;
    private final Keeps keeps;
    private final Models models;
    private final Map<FileId, Rest> withheld = new HashMap<>();

    /**
     * @param mayAct false while an operator has the load's rule stopped
     * @param rules those the load began with
     */
    private record Rest(Load load, TrackedShard shard, RangeSet ranges, BooleanSupplier mayAct, RuleBook rules) {
        FileId id() {
            return shard.shard().id();
        }

        Rest without(RangeSet kept) {
            return new Rest(load, shard, ranges.minus(kept), mayAct, rules);
        }
    }

    /** How often pages stayed although nobody had the file, and how often since then somebody had it. */
    private record Tries(int stayed, int held) {}

    private enum Result {
        OVER,
        STAYED,
        HELD,
        STOPPED
    }

    Leftovers(Parts parts, Executor background, Keeps keeps, Models models) {
        this.parts = parts;
        this.background = background;
        this.keeps = keeps;
        this.models = models;
    }

    /**
     * What would have been dropped, had an operator not stopped that: it is dropped as soon as he does not any more, unless
     * somebody reads the file then. The engine's thread.
     */
    void withhold(ActiveLoad active, TrackedShard shard, RangeSet ranges) {
        withhold(rest(active, shard, ranges));
    }

    private void withhold(Rest rest) {
        Rest before = withheld.get(rest.id());
        RangeSet ranges = before == null ? rest.ranges() : before.ranges().union(rest.ranges());
        withheld.put(rest.id(), new Rest(rest.load(), rest.shard(), ranges, rest.mayAct(), rest.rules()));
    }

    /** A switch was switched. The engine's thread. */
    void lookAgain() {
        for (Rest rest : List.copyOf(withheld.values())) {
            if (!isStopped(rest)) {
                withheld.remove(rest.id());
                retry(rest, new Tries(0, 0));
            }
        }
    }

    /** Any thread. */
    private boolean isStopped(Rest rest) {
        return !rest.mayAct().getAsBoolean() || keeps.isByOperator(rest.id());
    }

    /** The engine's thread. */
    void retryLater(ActiveLoad active, TrackedShard shard, RangeSet ranges) {
        retryLater(rest(active, shard, ranges), 0);
    }

    private Rest rest(ActiveLoad active, TrackedShard shard, RangeSet ranges) {
        return new Rest(active.load(), shard, ranges, active.permission(), models.rules());
    }

    /** The configuration was read again since, and the file's root is gone or only observed: its pages stay. Any thread. */
    private boolean isNobodys(Rest rest) {
        return models.of(rest.id()) == null
                || rest.rules() != models.rules()
                        && models.isObserved(rest.shard().path());
    }

    private void retryLater(Rest rest, int stayed) {
        if (stayed < AFTER_SECONDS.length && !rest.ranges().isEmpty()) {
            parts.engine()
                    .at(System.nanoTime() + AFTER_SECONDS[stayed] * SECOND, () -> retry(rest, new Tries(stayed, 0)));
        }
    }

    /** Somebody has the file, or its event is on the way: where that is a reader, a load has begun by then. */
    private void whenLetGo(Rest rest, Tries tries) {
        if (tries.held() < HELD_AFTER_MILLIS.length) {
            Tries next = new Tries(tries.stayed(), tries.held() + 1);
            parts.engine().at(System.nanoTime() + HELD_AFTER_MILLIS[tries.held()] * MILLI, () -> retry(rest, next));
        } else {
            retryLater(rest, tries.stayed() + 1);
        }
    }

    private void retry(Rest rest, Tries tries) {
        if (isNobodys(rest)) {
            return;
        }
        if (isStopped(rest)) {
            withhold(rest);
            return;
        }
        if (parts.book().of(rest.id()) != null) {
            return; // its pages go with that load
        }
        Rest free = rest.without(keeps.byPolicies(rest.id(), false));
        if (free.ranges().isEmpty()) {
            return;
        }
        if (!parts.claims().claim(rest.id())) {
            whenLetGo(free, tries);
            return;
        }
        try {
            background.execute(() -> evict(free, tries));
        } catch (RejectedExecutionException stopping) {
            parts.claims().release(rest.id());
        }
    }

    /** What was stopped while it waited its turn is looked at again when it may go on. The background thread. */
    private void evict(Rest rest, Tries tries) {
        boolean stopped = isStopped(rest) || isNobodys(rest);
        Result result = Result.OVER;
        try {
            result = stopped ? Result.STOPPED : evict(rest);
        } finally {
            parts.claims().release(rest.id());
        }
        switch (result) {
            case STOPPED -> parts.engine().submit(() -> retry(rest, tries));
            case HELD -> parts.engine().submit(() -> whenLetGo(rest, tries));
            case STAYED -> parts.engine().submit(() -> retryLater(rest, tries.stayed() + 1));
            case OVER -> {}
        }
    }

    private Result evict(Rest rest) {
        Path path = rest.shard().path();
        try (OpenFile file = parts.kernel().files().open(path)) {
            FileStatus status = parts.kernel().files().status(file);
            if (!rest.id().equals(new FileId(status.device(), status.inode()))) {
                return Result.OVER; // another file by now
            }
            if (parts.kernel().leases().heldElsewhere(file)) {
                return Result.HELD;
            }
            EvictOutcome outcome = parts.evictor().evict(file, rest.id(), rest.ranges(), PATIENCE_NANOS);
            parts.counters().add(Counter.EVICTED_BYTES, Math.max(0, outcome.evictedBytes()));
            parts.line(LineKind.RELEASE, rest.load())
                    .path(path)
                    .put("evictedBytes", outcome.evictedBytes())
                    .put("reason", "pages that stayed at the load's end")
                    .log();
            return outcome.isComplete() ? Result.OVER : Result.STAYED;
        } catch (IOException | IllegalStateException gone) {
            return Result.OVER;
        }
    }
}
