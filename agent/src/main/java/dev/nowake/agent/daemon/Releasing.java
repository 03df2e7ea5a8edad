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
import dev.nowake.agent.observe.Journal;
import dev.nowake.agent.observe.LineKind;
import dev.nowake.agent.observe.Measure;
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
import java.util.function.Consumer;

/**
 * The end of a load: what the policy wants dropped is dropped on a thread of its own, minus what was resident before, and
 * the load is closed within a second whatever stays. In observe mode only the forecast is written.
 */
final class Releasing {
    /** Our descriptors are closed a second after the load at the latest; dirty and busy pages are tried again until then. */
    private static final long PATIENCE_NANOS = 900_000_000L;

    private record Work(TrackedShard shard, RangeSet ranges, String reason) {}

    /**
     * What becomes of a load's pages.
     *
     * @param drop what is dropped now
     * @param withheld what would be, did an operator not keep it or have everything stopped
     */
    private record Ends(List<Work> drop, List<Work> withheld) {
        static final Ends NOTHING = new Ends(List.of(), List.of());
    }

    private final Parts parts;
    private final PolicyInputs inputs;
    private final ShardFiles files;
    private final Baseline baseline;
    private final Leftovers leftovers;
    private final Evictions evictions;
    private final Keeps keeps;
    private final Consumer<ActiveLoad> ended;

    /** {@code ended} is told, on the engine's thread, when the load is out of the book. */
    Releasing(
            Parts parts,
            PolicyInputs inputs,
            ShardFiles files,
            Baseline baseline,
            Leftovers leftovers,
            Evictions evictions,
            Keeps keeps,
            Consumer<ActiveLoad> ended) {
        this.parts = parts;
        this.inputs = inputs;
        this.files = files;
        this.baseline = baseline;
        this.leftovers = leftovers;
        this.evictions = evictions;
        this.keeps = keeps;
        this.ended = ended;
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
            parts.engine().submit(() -> finish(active, Ends.NOTHING, List.of(), wouldReleaseBytes));
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
        Ends ends = ends(active, plan);
        if (active.rule().mode() == Mode.OBSERVE) {
            others.addAll(parts.compactions().carryOut(false, plan));
        }
        journalPlan(active, plan, ends.drop(), others);
        if (active.rule().mode() == Mode.ENFORCE) {
            List<PrefetchJob> jobs = active.runningJobs(); // a copy: the jobs are the engine thread's alone
            Thread.ofPlatform().name("nowake-release").daemon().start(() -> release(active, plan, jobs, ends));
        } else {
            long wouldReleaseBytes = forecast(active, plan, ends.drop());
            if (active.mayAct() && active.dropping().isDone()) {
                finish(active, Ends.NOTHING, List.of(), wouldReleaseBytes);
            } else {
                closeWhenIdle(active, wouldReleaseBytes); // it is looked at, or acted until its rule changed
            }
        }
    }

    private Ends ends(ActiveLoad active, Plan plan) {
        Load load = active.load();
        Ends ends = new Ends(new ArrayList<>(), new ArrayList<>());
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
            RangeSet ranges = kept ? ours : ours.minus(keeps.of(step.file(), false));
            if (shard.file() != null && !ranges.isEmpty()) {
                List<Work> which = stopped || kept ? ends.withheld() : ends.drop();
                which.add(new Work(shard, ranges, step.step().reason()));
            }
        }
        return ends;
    }

    private void release(ActiveLoad active, Plan plan, List<PrefetchJob> jobs, Ends ends) {
        List<EvictOutcome> outcomes = new ArrayList<>();
        try {
            awaitIdle(active, jobs);
            long deadline = System.nanoTime() + PATIENCE_NANOS;
            List<EvictAttempt> attempts = new ArrayList<>();
            for (Work item : ends.drop()) {
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
            parts.engine().submit(() -> finish(active, ends, outcomes, 0));
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

    /** {@code outcomes} of the first so many of what was to be dropped: all of it, or fewer when the release broke. */
    private void finish(ActiveLoad active, Ends ends, List<EvictOutcome> outcomes, long wouldReleaseBytes) {
        Load load = active.load();
        Map<String, Long> refused = new LinkedHashMap<>();
        for (EvictOutcome outcome : outcomes) {
            load.addEvicted(Math.max(0, outcome.evictedBytes()));
            outcome.refused().forEach((reason, bytes) -> refused.merge(reason.label(), bytes, Long::sum));
            parts.count(outcome);
        }
        if (active.rule().mode() == Mode.ENFORCE) {
            parts.line(LineKind.RELEASE, load)
                    .put("evictedBytes", load.evictedBytes())
                    .put("refused", refused.isEmpty() ? null : refused)
                    .put("abandoned", active.releaseAbandoned().get() ? true : null)
                    .put("withheldBytes", ends.withheld().isEmpty() ? null : bytes(ends.withheld()))
                    .put("seconds", (System.nanoTime() - load.lastUseNanos()) / 1e9)
                    .put(
                            "reason",
                            active.suspended()
                                    ? "last reader gone; an operator has releasing stopped"
                                    : "last reader gone")
                    .log();
        }
        Waste waste = Waste.of(load);
        boolean fetched = active.enforced() || load.prefetchedBytes() > 0; // also where it was stopped since
        doneLine(active, wouldReleaseBytes)
                .put("wastedBytes", fetched ? waste.wastedBytes() : null)
                .put("unjudgedBytes", waste.unjudgedBytes() == 0 ? null : waste.unjudgedBytes())
                .put("refused", refused.isEmpty() ? null : refused)
                .log();
        for (int i = 0; i < ends.drop().size(); i++) {
            boolean complete = i < outcomes.size() && outcomes.get(i).isComplete() && !active.suspended();
            closeReleased(active, ends.drop().get(i).shard(), complete);
        }
        ends.withheld().forEach(item -> closeWithheld(active, item));
        load.shards().forEach(this::closeKept);
        active.budget().close();
        parts.book().end(active, System.nanoTime());
        measure(load, waste);
        ended.accept(active);
    }

    private void measure(Load load, Waste waste) {
        double seconds = (load.lastUseNanos() - load.startedNanos()) / 1e9;
        parts.counters().add(Counter.PREFETCH_WASTED_BYTES, waste.wastedBytes());
        parts.counters().add(Counter.PREFETCH_UNJUDGED_BYTES, waste.unjudgedBytes());
        parts.counters().measure(Measure.LOAD_SECONDS).observe(seconds);
        parts.counters().models().add(load.model().name(), seconds, load.prefetchedBytes(), load.evictedBytes());
        parts.counters().increment(Counter.LOADS_DONE);
    }

    /** What is left of a shard that was to be dropped is not a reader's: next time it may go. */
    private void closeReleased(ActiveLoad active, TrackedShard shard, boolean complete) {
        RangeSet stays = lookLast(shard);
        RangeSet before = shard.residentBefore().intersect(stays);
        baseline.remember(shard.shard().id(), before, shard.shard().sizeBytes());
        files.drop(shard);
        if (!complete && !active.releaseAbandoned().get()) {
            leftovers.retryLater(active, shard, stays.minus(before));
        }
    }

    private void closeWithheld(ActiveLoad active, Work item) {
        TrackedShard shard = item.shard();
        if (shard.file() != null) {
            RangeSet stays = lookLast(shard);
            RangeSet before = shard.residentBefore().intersect(stays);
            baseline.remember(shard.shard().id(), before, shard.shard().sizeBytes(), stays.bytes());
            files.drop(shard);
        }
        leftovers.withhold(active, shard, item.ranges());
    }

    private static long bytes(List<Work> work) {
        return work.stream().mapToLong(item -> item.ranges().bytes()).sum();
    }

    /** A shard the policy leaves alone, if it is still held: all its pages may stay. */
    private void closeKept(TrackedShard shard) {
        if (shard.file() != null) {
            baseline.remember(shard.shard().id(), lookLast(shard), shard.shard().sizeBytes());
            files.drop(shard);
        }
    }

    private RangeSet lookLast(TrackedShard shard) {
        RangeSet stays = baseline.resident(shard.file(), shard.shard().sizeBytes());
        shard.residentBytes(stays.bytes());
        return stays;
    }

    /** Returns how much would be released. */
    private long forecast(ActiveLoad active, Plan plan, List<Work> work) {
        long release = 0;
        long resident = 0;
        for (Work item : work) {
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

    private void journalPlan(ActiveLoad active, Plan plan, List<Work> work, List<Object> others) {
        List<Object> steps = new ArrayList<>(others);
        for (Work item : work) {
            steps.add(Map.of(
                    "action", "evict",
                    "shard", item.shard().shard().index(),
                    "offsetBytes", item.ranges().ranges().getFirst().start(),
                    "lengthBytes", item.ranges().bytes(),
                    "reason", item.reason()));
        }
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
