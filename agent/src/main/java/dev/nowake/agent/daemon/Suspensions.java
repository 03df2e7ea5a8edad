package dev.nowake.agent.daemon;

import dev.nowake.agent.load.ActiveLoad;
import dev.nowake.agent.load.LoadState;
import dev.nowake.agent.load.TrackedShard;
import dev.nowake.agent.observe.LineKind;
import dev.nowake.policy.Trigger;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * Stops what is under way for loads that may not be acted for any more, and takes it up again when they may. Belongs to the
 * engine's thread.
 */
final class Suspensions {
    private final Parts parts;
    private final Leftovers leftovers;
    private final BiConsumer<ActiveLoad, Trigger> plan;
    private final Set<ActiveLoad> suspended = Collections.newSetFromMap(new IdentityHashMap<>());

    /** {@code plan} asks the load's policy. */
    Suspensions(Parts parts, Leftovers leftovers, BiConsumer<ActiveLoad, Trigger> plan) {
        this.parts = parts;
        this.leftovers = leftovers;
        this.plan = plan;
    }

    /** A switch was switched. */
    void look() {
        suspended.retainAll(parts.book().active());
        for (ActiveLoad active : List.copyOf(parts.book().active())) {
            if (active.suspended() && suspended.add(active)) {
                stop(active);
            } else if (!active.suspended() && suspended.remove(active)) {
                takeUp(active);
            }
        }
        leftovers.lookAgain();
    }

    /** Bytes that were asked for and may not come are not asked for: who looks later sees them missing. */
    private void stop(ActiveLoad active) {
        int jobs = active.runningJobs().size();
        active.stopJobs();
        for (TrackedShard shard : active.load().shards()) {
            shard.forgetAsked(shard.asked().minus(shard.touched().byAll()).minus(shard.dropped()));
        }
        tell(active, jobs > 0 ? "nothing more is done for it: its prefetch stops" : "nothing more is done for it");
    }

    private void takeUp(ActiveLoad active) {
        tell(active, "it is acted for again");
        if (active.load().state() == LoadState.LOADING) {
            plan.accept(active, Trigger.PROGRESS);
        }
    }

    private void tell(ActiveLoad active, String reason) {
        parts.line(LineKind.LOAD, active.load())
                .put("mode", active.enforced() ? "enforce" : "observe")
                .put("reason", reason)
                .log();
    }
}
