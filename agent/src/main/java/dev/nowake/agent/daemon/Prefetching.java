package dev.nowake.agent.daemon;

import dev.nowake.agent.decide.Plan;
import dev.nowake.agent.execute.PrefetchJob;
import dev.nowake.agent.execute.PrefetchListener;
import dev.nowake.agent.execute.PrefetchOutcome;
import dev.nowake.agent.load.ActiveLoad;
import dev.nowake.agent.load.Load;
import dev.nowake.agent.load.LoadState;
import dev.nowake.agent.load.TrackedShard;
import dev.nowake.agent.observe.Counter;
import dev.nowake.kernel.Errno;
import dev.nowake.model.ByteRange;
import dev.nowake.model.FileId;
import dev.nowake.model.RangeSet;
import dev.nowake.policy.Guard;
import dev.nowake.policy.Hook;
import dev.nowake.policy.HostView;
import dev.nowake.policy.PolicyInput;
import dev.nowake.policy.Step;
import dev.nowake.policy.Trigger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Asks the policy what to prefetch and hands it to the executor; in observe mode reckons what it would have been. */
final class Prefetching {
    /** At 2 GB/s a reader moves 200 MB in this time, far less than any window. */
    private static final long PROGRESS_NANOS = 100_000_000L;

    private final Parts parts;
    private final ShardFiles files;
    private final Frontiers frontiers;
    private final Supplier<HostView> host;

    Prefetching(Parts parts, ShardFiles files, Frontiers frontiers, Supplier<HostView> host) {
        this.parts = parts;
        this.files = files;
        this.frontiers = frontiers;
        this.host = host;
    }

    /** {@code shard}: the one the trigger is about; null for TICK and PROGRESS. */
    void plan(ActiveLoad active, Trigger trigger, TrackedShard shard) {
        PolicyInput input = input(active, trigger, shard, false);
        parts.decider()
                .ask(
                        active.assignment(),
                        Hook.PREFETCH,
                        input,
                        parts.engine()::submit,
                        plan -> apply(active, trigger, shard, plan));
    }

    private void apply(ActiveLoad active, Trigger trigger, TrackedShard shard, Plan plan) {
        Load load = active.load();
        if (load.state() != LoadState.LOADING) {
            return;
        }
        List<Object> steps = new ArrayList<>();
        for (Guard.Checked step : plan.steps()) {
            TrackedShard target = load.shard(step.file());
            RangeSet fresh = target == null || !(step.step() instanceof Step.Prefetch)
                    ? RangeSet.EMPTY
                    : step.range().minus(target.asked());
            if (!fresh.isEmpty() && ask(active, target, fresh)) {
                steps.add(describe(target, step, fresh));
            }
        }
        if (!steps.isEmpty() || !plan.refused().isEmpty()) {
            journalPlan(active, trigger, shard, steps, plan);
        }
        if (everythingAsked(load)) {
            active.jobs().values().forEach(PrefetchJob::finish);
        }
    }

    PolicyInput input(ActiveLoad active, Trigger trigger, TrackedShard shard, boolean ended) {
        Load load = active.load();
        long device = load.shards().iterator().next().shard().id().device();
        return new PolicyInput(
                trigger,
                shard == null ? null : shard.view(),
                load.model(),
                load.view(ended, !parts.mounts().dropsPagesAtOpen(device)),
                host.get(),
                active.assignment().args());
    }

    private boolean ask(ActiveLoad active, TrackedShard shard, RangeSet fresh) {
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
        active.jobs()
                .computeIfAbsent(id.device(), device -> startJob(active, device))
                .add(shard.file(), id, fresh);
        return true;
    }

    private PrefetchJob startJob(ActiveLoad active, long device) {
        Load load = active.load();
        PrefetchJob job = parts.prefetcher().start(parts.mounts().of(device), parts.governor(), new PrefetchListener() {
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
        active.jobs().remove(device, job);
        parts.counters().add(Counter.PREFETCH_REQUESTED_BYTES, outcome.requestedBytes());
        Map<String, Integer> errors = new LinkedHashMap<>();
        outcome.errors().forEach((errno, count) -> errors.put(errno.symbol(), count));
        parts.journal()
                .line("outcome")
                .put("model", active.load().model().name())
                .put("requestedBytes", outcome.requestedBytes())
                .put("landedBytes", outcome.landedBytes())
                .put("alreadyResidentBytes", outcome.alreadyResidentBytes())
                .put("seconds", outcome.seconds())
                .put("mechanism", outcome.mechanism().label())
                .put("cancelled", outcome.cancelled())
                .put("waitsForRoom", parts.governor().waits())
                .put("roomBytes", parts.governor().roomBytes())
                .put("errors", errors.isEmpty() ? null : errors)
                .log();
    }

    /** Looks how far readers have got and lets the policy move its window, as long as something is left to ask for. */
    void follow(ActiveLoad active) {
        if (active.load().state() != LoadState.LOADING || everythingAsked(active.load())) {
            return;
        }
        frontiers.look(active.load());
        plan(active, Trigger.PROGRESS, null);
        followLater(active);
    }

    void followLater(ActiveLoad active) {
        if (!everythingAsked(active.load())) {
            parts.engine().at(System.nanoTime() + PROGRESS_NANOS, () -> follow(active));
        }
    }

    private static boolean everythingAsked(Load load) {
        return load.shards().stream()
                .allMatch(shard -> shard.asked().bytes() >= shard.shard().sizeBytes());
    }

    private void journalPlan(ActiveLoad active, Trigger trigger, TrackedShard shard, List<Object> steps, Plan plan) {
        parts.journal()
                .line("plan")
                .path(shard == null ? null : shard.path())
                .put("model", active.load().model().name())
                .put("shard", shard == null ? null : shard.shard().index())
                .put("trigger", trigger.label())
                .put("policy", plan.policy())
                .put("mode", active.rule().mode().label())
                .put("steps", steps)
                .put("refused", plan.refused().isEmpty() ? null : plan.refused())
                .log();
    }

    private static Map<String, Object> describe(TrackedShard target, Guard.Checked step, RangeSet ranges) {
        Map<String, Object> described = new LinkedHashMap<>();
        described.put("action", "prefetch");
        described.put("shard", target.shard().index());
        described.put("offsetBytes", ranges.ranges().getFirst().start());
        described.put("lengthBytes", ranges.bytes());
        described.put("reason", step.step().reason());
        return described;
    }
}
