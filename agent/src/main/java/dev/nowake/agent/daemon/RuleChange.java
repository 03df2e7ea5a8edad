package dev.nowake.agent.daemon;

import dev.nowake.agent.config.Mode;
import dev.nowake.agent.config.RootRule;
import dev.nowake.agent.execute.PrefetchJob;
import dev.nowake.agent.load.ActiveLoad;
import dev.nowake.agent.load.Load;
import dev.nowake.agent.load.LoadState;
import dev.nowake.agent.load.TrackedShard;
import dev.nowake.agent.observe.LineKind;
import dev.nowake.agent.rules.Reader;
import dev.nowake.agent.rules.RuleBook;
import dev.nowake.agent.rules.Subject;
import dev.nowake.model.RangeSet;
import java.util.List;
import java.util.function.Consumer;

/**
 * What other rules change about loads under way: one whose root is gone is ended, and one that is to be observed acts no
 * more. Everything else is for the next load. Belongs to the engine's thread.
 */
final class RuleChange {
    private final Parts parts;
    private final Consumer<ActiveLoad> letGo;

    /** {@code letGo}: ends a load and leaves its pages as they are. */
    RuleChange(Parts parts, Consumer<ActiveLoad> letGo) {
        this.parts = parts;
        this.letGo = letGo;
    }

    void apply(RuleBook rules) {
        for (ActiveLoad active : List.copyOf(parts.book().active())) {
            RootRule root = rules.rootOf(firstOpened(active.load()).path());
            if (root == null) {
                end(active, "its root is watched no more: what was prefetched for it stays");
            } else if (active.rule().mode() == Mode.ENFORCE && isObserved(active, rules)) {
                stop(active);
            }
        }
    }

    /** Of every load. */
    void endAll(String reason) {
        List.copyOf(parts.book().active()).forEach(active -> end(active, reason));
    }

    private void end(ActiveLoad active, String reason) {
        tell(active, reason);
        letGo.accept(active);
    }

    private void stop(ActiveLoad active) {
        tell(active, "it is only observed from now on: what was prefetched for it stays");
        List<PrefetchJob> jobs = active.runningJobs();
        for (TrackedShard shard : active.load().shards()) {
            jobs.forEach(job -> job.withdraw(
                    shard.shard().id(), RangeSet.between(0, shard.shard().sizeBytes())));
        }
        active.observe();
        active.releaseAbandoned().set(active.load().state() == LoadState.RELEASING);
        // a cancel waits for chunks in flight, which use the load's descriptors
        active.runHolding(
                task -> Thread.ofPlatform().name("nowake-release").daemon().start(task),
                () -> jobs.forEach(RuleChange::cancel));
    }

    private static void cancel(PrefetchJob job) {
        if (!job.cancel()) {
            job.completion().join();
        }
    }

    private void tell(ActiveLoad active, String reason) {
        parts.line(LineKind.LOAD, active.load())
                .put("rule", active.ruleName())
                .put("reason", reason)
                .log();
    }

    /** By its first reader, as when it began; where that one is gone, no condition about the reader holds. */
    private boolean isObserved(ActiveLoad active, RuleBook rules) {
        Load load = active.load();
        TrackedShard shard = firstOpened(load);
        int pid = load.readers().keySet().stream().findFirst().orElse(0);
        String mountType = parts.mounts().of(shard.shard().id().device()).fsType();
        Subject subject = new Subject(
                shard.path(),
                load.model().format(),
                load.model().sizeBytes(),
                mountType,
                new Reader(parts.procRoot(), pid));
        // what an operator set to observe is only suspended, and what he set to enforce goes on
        return rules.choose(subject).mode() == Mode.OBSERVE
                && rules.choose(subject, parts.switches().modes()).mode() == Mode.OBSERVE;
    }

    private static TrackedShard firstOpened(Load load) {
        return load.shards().stream()
                .filter(TrackedShard::opened)
                .findFirst()
                .orElseGet(() -> load.shards().iterator().next());
    }
}
