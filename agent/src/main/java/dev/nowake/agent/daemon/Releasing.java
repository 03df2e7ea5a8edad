package dev.nowake.agent.daemon;

import dev.nowake.agent.config.Mode;
import dev.nowake.agent.decide.Plan;
import dev.nowake.agent.execute.EvictAttempt;
import dev.nowake.agent.execute.EvictOutcome;
import dev.nowake.agent.execute.PrefetchJob;
import dev.nowake.agent.load.ActiveLoad;
import dev.nowake.agent.load.Load;
import dev.nowake.agent.load.LoadState;
import dev.nowake.agent.load.TrackedShard;
import dev.nowake.agent.observe.Counter;
import dev.nowake.agent.observe.LineKind;
import dev.nowake.model.RangeSet;
import dev.nowake.policy.Guard;
import dev.nowake.policy.Hook;
import dev.nowake.policy.PolicyInput;
import dev.nowake.policy.Step;
import dev.nowake.policy.Trigger;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/**
 * The end of a load: what the policy wants dropped is dropped on a thread of its own, minus what was resident before, and
 * the load is closed within a second whatever stays. In observe mode only the forecast is written.
 */
final class Releasing {
    /** Our descriptors are closed a second after the load at the latest; dirty and busy pages are tried again until then. */
    private static final long PATIENCE_NANOS = 900_000_000L;

    private final Parts parts;
    private final PolicyInputs inputs;
    private final ShardFiles files;
    private final Baseline baseline;
    private final Evictions evictions;
    private final Keeps keeps;
    private final LoadEnd end;

    Releasing(
            Parts parts,
            PolicyInputs inputs,
            ShardFiles files,
            Baseline baseline,
            Evictions evictions,
            Keeps keeps,
            LoadEnd end) {
        this.parts = parts;
        this.inputs = inputs;
        this.files = files;
        this.baseline = baseline;
        this.evictions = evictions;
        this.keeps = keeps;
        this.end = end;
    }

    /** The load's last reader is gone. The engine's thread. */
    void begin(ActiveLoad active) {
        Load load = active.load();
        load.state(LoadState.RELEASING, System.nanoTime());
        PolicyInput input = inputs.of(active, Trigger.CLOSE, null, null, true);
        parts.decider()
                .ask(active.assignment(), Hook.EVICT, input, parts.engine()::submit, plan -> carryOut(active, plan));
    }

    /** The load is no more ours: nothing of it is dropped, and what is in flight for it is waited for. The engine's thread. */
    void letGo(ActiveLoad active) {
        active.observe();
        active.releaseAbandoned().set(true); // where it is being released already
        if (active.load().state() == LoadState.LOADING) {
            active.load().state(LoadState.RELEASING, System.nanoTime());
            closeWhenIdle(active, 0);
        }
    }

    /** Its pages stay, and its descriptors are closed when nobody uses them any more. */
    private void closeWhenIdle(ActiveLoad active, long wouldReleaseBytes) {
        List<PrefetchJob> jobs = active.runningJobs();
        Thread.ofPlatform().name("nowake-release").daemon().start(() -> {
            awaitIdle(active, jobs);
            parts.engine().submit(() -> end.settle(active, Remains.NOTHING, List.of(), wouldReleaseBytes));
        });
    }

    private static void awaitIdle(ActiveLoad active, List<PrefetchJob> jobs) {
        active.dropping().join();
        for (PrefetchJob job : jobs) {
            if (!job.cancel()) {
                job.completion().join(); // storage hangs: the descriptors must outlive its calls
            }
        }
    }

    private void carryOut(ActiveLoad active, Plan plan) {
        Load load = active.load();
        List<Object> others = evictions.carryOut(active, active.enforced(), plan); // and what is to be kept
        if (active.rule().mode() == Mode.OBSERVE) {
            others.addAll(parts.compactions().carryOut(false, plan));
        }
        Remains remains = remains(active, plan, others);
        journalPlan(active, plan, others);
        if (active.rule().mode() == Mode.ENFORCE) {
            List<PrefetchJob> jobs = active.runningJobs(); // a copy: the jobs are the engine thread's alone
            Thread.ofPlatform().name("nowake-release").daemon().start(() -> release(active, plan, jobs, remains));
        } else {
            long wouldReleaseBytes = forecast(active, plan, remains.drop());
            if (active.mayAct() && active.dropping().isDone()) {
                end.settle(active, Remains.NOTHING, List.of(), wouldReleaseBytes);
            } else {
                closeWhenIdle(active, wouldReleaseBytes); // it is looked at, or acted until its rule changed
            }
        }
    }

    /** {@code described}: gets what is dropped, step by step, for the journal. */
    private Remains remains(ActiveLoad active, Plan plan, List<Object> described) {
        Load load = active.load();
        Map<TrackedShard, RangeSet> drop = new LinkedHashMap<>();
        Map<TrackedShard, RangeSet> withheld = new LinkedHashMap<>();
        boolean stopped = active.suspended();
        for (Guard.Checked step : plan.steps()) {
            TrackedShard shard = load.shard(step.file());
            if (shard == null || !(step.step() instanceof Step.Evict)) {
                continue;
            }
            if (active.enforced() && shard.opened()) {
                files.ensureHeld(shard); // it could not be opened while it was read
            }
            RangeSet ours = step.range().minus(shard.residentBefore());
            boolean kept = keeps.isByOperator(step.file());
            RangeSet ranges = kept ? ours : ours.minus(keeps.byPolicies(step.file(), false));
            if (shard.file() == null || ranges.isEmpty()) {
                continue;
            }
            if (stopped || kept) {
                withheld.merge(shard, ranges, RangeSet::union);
            } else {
                drop.merge(shard, ranges, RangeSet::union);
                described.add(describe(shard, ranges, step.step().reason()));
            }
        }
        return Remains.of(drop, withheld);
    }

    private void release(ActiveLoad active, Plan plan, List<PrefetchJob> jobs, Remains remains) {
        List<EvictOutcome> outcomes = new ArrayList<>();
        try {
            awaitIdle(active, jobs);
            long deadline = System.nanoTime() + PATIENCE_NANOS;
            List<EvictAttempt> attempts = new ArrayList<>();
            for (Remains.Work item : remains.drop()) {
                attempts.add(parts.evictor()
                        .begin(item.shard().file(), item.shard().shard().id(), item.ranges(), deadline));
            }
            step(active, attempts);
            attempts.forEach(attempt -> outcomes.add(attempt.outcome()));
        } catch (RuntimeException | IOException broken) {
            parts.counters().increment(Counter.ERRORS);
            parts.line(LineKind.ERROR, active.load())
                    .put("reason", "release: " + broken)
                    .log();
        } finally {
            parts.engine().submit(() -> end.settle(active, remains, outcomes, 0));
            if (active.enforced()) {
                parts.compactions().carryOut(true, plan); // of what is free by now
            }
        }
    }

    private static void step(ActiveLoad active, List<EvictAttempt> attempts) throws IOException {
        List<EvictAttempt> open = new ArrayList<>(attempts);
        while (!open.isEmpty() && mayDrop(active)) {
            long next = EvictAttempt.DONE;
            for (EvictAttempt attempt : List.copyOf(open)) {
                long due = mayDrop(active) ? attempt.step(System.nanoTime()) : EvictAttempt.DONE;
                if (due == EvictAttempt.DONE) {
                    open.remove(attempt);
                }
                next = Math.min(next, due);
            }
            if (next != EvictAttempt.DONE) {
                LockSupport.parkNanos(Math.max(0, next - System.nanoTime()));
            }
        }
    }

    /** Nobody came back, and no operator has stopped it. */
    private static boolean mayDrop(ActiveLoad active) {
        return !active.releaseAbandoned().get() && active.enforced();
    }

    /** Returns how much would be released. */
    private long forecast(ActiveLoad active, Plan plan, List<Remains.Work> work) {
        long release = 0;
        long resident = 0;
        for (Remains.Work item : work) {
            RangeSet now =
                    baseline.resident(item.shard().file(), item.shard().shard().sizeBytes());
            resident += now.bytes();
            release += now.intersect(item.ranges()).bytes();
        }
        parts.line(LineKind.FORECAST, active.load())
                .put("policy", plan.policy())
                .put("wouldPrefetchBytes", active.load().forecastPrefetchBytes())
                .put("wouldReleaseBytes", release)
                .put("residentBytes", work.isEmpty() ? null : resident)
                .put("seconds", (active.load().lastUseNanos() - active.load().startedNanos()) / 1e9)
                .put("reason", "observe mode: nothing was touched")
                .log();
        return release;
    }

    private static Map<String, Object> describe(TrackedShard shard, RangeSet ranges, String reason) {
        Map<String, Object> step = new LinkedHashMap<>();
        step.put("action", "evict");
        step.put("shard", shard.shard().index());
        step.put("offsetBytes", ranges.ranges().getFirst().start());
        step.put("lengthBytes", ranges.bytes());
        step.put("reason", reason);
        return step;
    }

    private void journalPlan(ActiveLoad active, Plan plan, List<Object> steps) {
        if (!steps.isEmpty()) {
            parts.line(LineKind.PLAN, active.load())
                    .put("trigger", Trigger.CLOSE.label())
                    .put("policy", plan.policy())
                    .put("mode", active.rule().mode().label())
                    .put("steps", steps)
                    .put("refused", plan.refused().isEmpty() ? null : plan.refused())
                    .log();
        }
    }
}
