package dev.nowake.agent.daemon;

import dev.nowake.agent.decide.Plan;
import dev.nowake.agent.execute.Placement;
import dev.nowake.agent.execute.PrefetchJob;
import dev.nowake.agent.execute.PrefetchListener;
import dev.nowake.agent.execute.PrefetchOutcome;
import dev.nowake.agent.govern.RoomReport;
import dev.nowake.agent.load.ActiveLoad;
import dev.nowake.agent.load.Load;
import dev.nowake.agent.load.NodeTarget;
import dev.nowake.agent.load.TrackedShard;
import dev.nowake.agent.observe.Counter;
import dev.nowake.agent.observe.LineKind;
import dev.nowake.kernel.Errno;
import dev.nowake.model.ByteRange;
import dev.nowake.model.FileId;
import dev.nowake.model.RangeSet;
import dev.nowake.policy.Guard;
import dev.nowake.policy.Step;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Hands what a policy wants prefetched to the executor; in observe mode reckons what it would have been. */
final class Prefetching {
    private final Parts parts;
    private final ShardFiles files;
    private final Placements placements;

    Prefetching(Parts parts, ShardFiles files, Placements placements) {
        this.parts = parts;
        this.files = files;
        this.placements = placements;
    }

    /**
     * Hands the plan's prefetches to the executor, in its order; its other steps are not looked at.
     *
     * @return what is to be done, for the journal
     */
    List<Object> carryOut(ActiveLoad active, Plan plan) {
        Load load = active.load();
        List<Object> described = new ArrayList<>();
        if (active.suspended()) {
            return described; // what is asked for now would count as asked for later
        }
        for (Guard.Checked step : plan.steps()) {
            if (!(step.step() instanceof Step.Prefetch wish)) {
                continue;
            }
            TrackedShard shard = load.shard(step.file());
            if (shard.history().isRewritten()) {
                continue; // it is not what the plan was made for
            }
            RangeSet fresh = step.range().minus(shard.asked());
            if (fresh.isEmpty()) {
                continue;
            }
            NodeTarget target = placements.target(wish.node(), load);
            load.target(target);
            if (ask(active, shard, fresh, placements.place(target), wish.ifMisplaced())) {
                described.add(describe(shard, wish, fresh, target));
            }
        }
        if (isEverythingAsked(load)) {
            active.finishJobs();
        }
        return described;
    }

    private boolean ask(
            ActiveLoad active, TrackedShard shard, RangeSet fresh, Placement placement, Step.IfMisplaced misplaced) {
        if (!active.enforced()) {
            active.load().addForecastPrefetch(files.forecast(shard, fresh));
            shard.ask(fresh);
            parts.counters().add(Counter.PLANNED_BYTES, fresh.bytes());
            return true;
        }
        if (!files.ensureHeld(shard)) {
            return false;
        }
        shard.ask(fresh);
        parts.counters().add(Counter.PLANNED_BYTES, fresh.bytes());
        FileId id = shard.shard().id();
        // known only since the file is held
        RangeSet movable = misplaced == Step.IfMisplaced.MOVE ? shard.residentBefore() : RangeSet.EMPTY;
        active.jobs()
                .computeIfAbsent(id.device(), device -> startJob(active, device))
                .add(shard.file(), id, fresh, placement, movable.intersect(fresh));
        return true;
    }

    private PrefetchJob startJob(ActiveLoad active, long device) {
        Load load = active.load();
        PrefetchJob job = parts.prefetcher().start(parts.mounts().of(device), active.budget(), new PrefetchListener() {
            @Override
            public void chunkDone(FileId file, ByteRange range, long landedBytes) {
                load.addPrefetched(landedBytes);
                load.shard(file).addLanded(landedBytes);
                parts.counters().add(Counter.PREFETCHED_BYTES, landedBytes);
            }

            @Override
            public void chunkFailed(FileId file, ByteRange range, Errno errno) {
                parts.counters().increment(Counter.PREFETCH_ERRORS);
            }
        });
        job.completion().thenAccept(outcome -> parts.engine().submit(() -> completed(active, device, job, outcome)));
        return job;
    }

    private void completed(ActiveLoad active, long device, PrefetchJob job, PrefetchOutcome outcome) {
        active.jobEnded(device, job);
        parts.counters().add(Counter.PREFETCH_REQUESTED_BYTES, outcome.requestedBytes());
        parts.counters().add(Counter.MISPLACED_MOVED, outcome.movedBytes());
        parts.counters().add(Counter.MISPLACED_STAYED, outcome.immovableBytes());
        Map<String, Integer> errors = new LinkedHashMap<>();
        outcome.errors().forEach((errno, count) -> errors.put(errno.symbol(), count));
        RoomReport room = active.budget().report();
        parts.line(LineKind.OUTCOME, active.load())
                .put("requestedBytes", outcome.requestedBytes())
                .put("landedBytes", outcome.landedBytes())
                .put("alreadyResidentBytes", outcome.alreadyResidentBytes())
                .put("movedBytes", outcome.movedBytes() > 0 ? outcome.movedBytes() : null)
                .put("immovableBytes", outcome.immovableBytes() > 0 ? outcome.immovableBytes() : null)
                .put("seconds", outcome.seconds())
                .put("mechanism", outcome.mechanism().label())
                .put("cancelled", outcome.cancelled())
                .put("singlePageBytes", outcome.singlePageBytes() == 0 ? null : outcome.singlePageBytes())
                .put("roomBytes", room.roomBytes())
                .put("releasedBytes", room.releasedBytes())
                .put("errors", errors.isEmpty() ? null : errors)
                .log();
    }

    static boolean isEverythingAsked(Load load) {
        return load.shards().stream()
                .allMatch(shard -> shard.history().isRewritten()
                        || shard.asked().bytes() >= shard.shard().sizeBytes());
    }

    private static Map<String, Object> describe(
            TrackedShard shard, Step.Prefetch wish, RangeSet ranges, NodeTarget target) {
        Map<String, Object> described = new LinkedHashMap<>();
        described.put("action", "prefetch");
        described.put("shard", shard.shard().index());
        described.put("offsetBytes", ranges.ranges().getFirst().start());
        described.put("lengthBytes", ranges.bytes());
        described.put("node", wish.node().label());
        described.put("nodes", target.nodes());
        described.put("nodesBy", target.by().label());
        described.put("reason", wish.reason());
        return described;
    }
}
