package dev.nowake.agent.daemon;

import dev.nowake.agent.config.Mode;
import dev.nowake.agent.execute.EvictOutcome;
import dev.nowake.agent.load.ActiveLoad;
import dev.nowake.agent.load.Load;
import dev.nowake.agent.load.TrackedShard;
import dev.nowake.agent.observe.Counter;
import dev.nowake.agent.observe.Journal;
import dev.nowake.agent.observe.LineKind;
import dev.nowake.agent.observe.Measure;
import dev.nowake.model.RangeSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Settles a load of which nothing is under way any more: what it did is told and counted, what stays of its files is
 * remembered, and its descriptors are closed. A part of that which breaks costs itself alone: a load that did not end would
 * hold its descriptors for good. Belongs to the engine's thread.
 */
final class LoadEnd {
    private final Parts parts;
    private final ShardFiles files;
    private final Baseline baseline;
    private final Leftovers leftovers;
    private final Consumer<ActiveLoad> ended;

    /** {@code ended} is told when the load is out of the book. */
    LoadEnd(Parts parts, ShardFiles files, Baseline baseline, Leftovers leftovers, Consumer<ActiveLoad> ended) {
        this.parts = parts;
        this.files = files;
        this.baseline = baseline;
        this.leftovers = leftovers;
        this.ended = ended;
    }

    /** {@code outcomes} of the first so many of what was to be dropped: all of it, or fewer when the release broke. */
    void settle(ActiveLoad active, Remains remains, List<EvictOutcome> outcomes, long wouldReleaseBytes) {
        Load load = active.load();
        attempt(load, () -> tell(active, remains, outcomes, wouldReleaseBytes));
        for (int i = 0; i < remains.drop().size(); i++) {
            Remains.Work item = remains.drop().get(i);
            boolean complete = i < outcomes.size() && outcomes.get(i).isComplete() && !active.suspended();
            attempt(load, () -> closeReleased(active, item, complete));
        }
        remains.withheld().forEach(item -> attempt(load, () -> closeWithheld(active, item)));
        load.shards().forEach(shard -> attempt(load, () -> closeKept(shard)));
        attempt(load, () -> active.budget().close());
        parts.book().end(active, System.nanoTime());
        attempt(load, () -> measure(load));
        ended.accept(active);
    }

    private void attempt(Load load, Runnable part) {
        try {
            part.run();
        } catch (RuntimeException | Error broken) {
            parts.counters().increment(Counter.ERRORS);
            parts.line(LineKind.ERROR, load)
                    .put("reason", "load's end: " + broken)
                    .log();
        }
    }

    private void tell(ActiveLoad active, Remains remains, List<EvictOutcome> outcomes, long wouldReleaseBytes) {
        Load load = active.load();
        Map<String, Long> refused = new LinkedHashMap<>();
        for (EvictOutcome outcome : outcomes) {
            load.addEvicted(Math.max(0, outcome.evictedBytes()));
            outcome.refused().forEach((reason, bytes) -> refused.merge(reason.label(), bytes, Long::sum));
            parts.count(outcome);
        }
        if (active.rule().mode() == Mode.ENFORCE) {
            releaseLine(active, remains, refused).log();
        }
        Waste waste = Waste.of(load);
        boolean fetched = active.enforced() || load.prefetchedBytes() > 0; // also where it was stopped since
        doneLine(active, wouldReleaseBytes)
                .put("wastedBytes", fetched ? waste.wastedBytes() : null)
                .put("unjudgedBytes", waste.unjudgedBytes() == 0 ? null : waste.unjudgedBytes())
                .put("refused", refused.isEmpty() ? null : refused)
                .log();
        parts.counters().add(Counter.PREFETCH_WASTED_BYTES, waste.wastedBytes());
        parts.counters().add(Counter.PREFETCH_UNJUDGED_BYTES, waste.unjudgedBytes());
    }

    private Journal.Line releaseLine(ActiveLoad active, Remains remains, Map<String, Long> refused) {
        Load load = active.load();
        return parts.line(LineKind.RELEASE, load)
                .put("evictedBytes", load.evictedBytes())
                .put("refused", refused.isEmpty() ? null : refused)
                .put("abandoned", active.releaseAbandoned().get() ? true : null)
                .put("withheldBytes", remains.withheld().isEmpty() ? null : bytes(remains.withheld()))
                .put("seconds", (System.nanoTime() - load.lastUseNanos()) / 1e9)
                .put(
                        "reason",
                        active.suspended()
                                ? "last reader gone; an operator has releasing stopped"
                                : "last reader gone");
    }

    private void measure(Load load) {
        double seconds = (load.lastUseNanos() - load.startedNanos()) / 1e9;
        parts.counters().measure(Measure.LOAD_SECONDS).observe(seconds);
        parts.counters().models().add(load.model().name(), seconds, load.prefetchedBytes(), load.evictedBytes());
        parts.counters().increment(Counter.LOADS_DONE);
    }

    /**
     * What is left of a shard that was to be dropped is not a reader's: next time it may go. Of what was to be dropped it is
     * tried again; the rest is what the policy let be.
     */
    private void closeReleased(ActiveLoad active, Remains.Work item, boolean complete) {
        TrackedShard shard = item.shard();
        if (shard.file() == null) {
            return;
        }
        RangeSet stays = lookLast(shard);
        RangeSet before = shard.residentBefore().intersect(stays);
        baseline.remember(shard.shard().id(), before, shard.shard().sizeBytes());
        files.drop(shard);
        if (!complete && !active.releaseAbandoned().get()) {
            leftovers.retryLater(active, shard, stays.intersect(item.ranges()).minus(before));
        }
    }

    private void closeWithheld(ActiveLoad active, Remains.Work item) {
        TrackedShard shard = item.shard();
        if (shard.file() != null) {
            RangeSet stays = lookLast(shard);
            RangeSet before = shard.residentBefore().intersect(stays);
            baseline.remember(shard.shard().id(), before, shard.shard().sizeBytes(), stays.bytes());
            files.drop(shard);
        }
        leftovers.withhold(active, shard, item.ranges());
    }

    private static long bytes(List<Remains.Work> work) {
        return work.stream().mapToLong(item -> item.ranges().bytes()).sum();
    }

    /** A shard the policy leaves alone, or that broke, if it is still held: all its pages may stay. */
    private void closeKept(TrackedShard shard) {
        if (shard.file() == null) {
            return;
        }
        try {
            baseline.remember(shard.shard().id(), lookLast(shard), shard.shard().sizeBytes());
        } finally {
            files.drop(shard);
        }
    }

    private RangeSet lookLast(TrackedShard shard) {
        RangeSet stays = baseline.resident(shard.file(), shard.shard().sizeBytes());
        shard.residentBytes(stays.bytes());
        return stays;
    }

    private Journal.Line doneLine(ActiveLoad active, long wouldReleaseBytes) {
        Load load = active.load();
        long openedBytes = 0;
        long residentBeforeBytes = 0;
        for (TrackedShard shard : load.shards()) {
            openedBytes += shard.opened() ? shard.shard().sizeBytes() : 0;
            residentBeforeBytes += shard.opened() ? shard.residentBefore().bytes() : 0;
        }
        boolean enforced = active.rule().mode() == Mode.ENFORCE;
        return parts.line(LineKind.DONE, load)
                .put("mode", active.rule().mode().label())
                .put("rule", active.ruleName())
                .put("policy", active.assignment().policy())
                .put("readers", load.readers().size())
                .put("shards", load.shards().size())
                .put("shardsOpened", load.shardsOpened())
                .put("sizeBytes", load.model().sizeBytes())
                .put("openedBytes", openedBytes)
                .put("readBytes", load.progressBytes() > 0 ? load.progressBytes() : null)
                .put("residentBeforeBytes", residentBeforeBytes)
                .put("seconds", (load.lastUseNanos() - load.startedNanos()) / 1e9)
                .put("prefetchedBytes", enforced || load.prefetchedBytes() > 0 ? load.prefetchedBytes() : null)
                .put("evictedBytes", enforced || load.evictedBytes() > 0 ? load.evictedBytes() : null)
                .put("wouldPrefetchBytes", enforced ? null : load.forecastPrefetchBytes())
                .put("wouldReleaseBytes", enforced ? null : wouldReleaseBytes)
                .put("abandoned", active.releaseAbandoned().get() ? true : null);
    }
}
