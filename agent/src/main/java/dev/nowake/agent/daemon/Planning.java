package dev.nowake.agent.daemon;

import dev.nowake.agent.decide.Assignment;
import dev.nowake.agent.decide.Plan;
import dev.nowake.agent.load.ActiveLoad;
import dev.nowake.agent.load.Load;
import dev.nowake.agent.load.LoadState;
import dev.nowake.agent.load.TrackedShard;
import dev.nowake.agent.observe.Journal;
import dev.nowake.agent.observe.LineKind;
import dev.nowake.model.ByteRange;
import dev.nowake.policy.Hook;
import dev.nowake.policy.PolicyInput;
import dev.nowake.policy.Trigger;
import java.util.ArrayList;
import java.util.List;

/** Asks a load's policy, both hooks, and has its answers carried out. Belongs to the engine's thread. */
final class Planning {
    private final Parts parts;
    private final PolicyInputs inputs;
    private final Prefetching prefetching;
    private final Evictions evictions;
    private final RoomMaking rooms;
    private List<Journal.Line> owed = List.of();

    Planning(Parts parts, PolicyInputs inputs, Prefetching prefetching, Evictions evictions, RoomMaking rooms) {
        this.parts = parts;
        this.inputs = inputs;
        this.prefetching = prefetching;
        this.evictions = evictions;
        this.rooms = rooms;
    }

    /** {@code shard}: the one the trigger is about, or null. */
    void ask(ActiveLoad active, Trigger trigger, TrackedShard shard) {
        ask(active, trigger, shard, null);
    }

    /** A shard was opened. Its lines stand in the journal before the plan's, and are written after its first bytes are asked for. */
    void askAtOpen(ActiveLoad active, TrackedShard shard, List<Journal.Line> lines) {
        owed = lines;
        ask(active, Trigger.OPEN, shard, null);
    }

    /** {@code range}: what was missed, with the trigger MISS. */
    void ask(ActiveLoad active, Trigger trigger, TrackedShard shard, ByteRange range) {
        PolicyInput input = inputs.of(active, trigger, shard, range, false);
        for (Hook hook : Hook.values()) {
            parts.decider().ask(active.assignment(), hook, input, parts.engine()::submit, plan -> {
                carryOut(active, trigger, shard, plan);
                if (hook == Hook.EVICT && trigger == Trigger.OPEN) {
                    rooms.begin(active);
                }
            });
            payLine();
        }
    }

    private void payLine() {
        owed.forEach(Journal.Line::log);
        owed = List.of();
    }

    /** About no load: what is to be dropped or kept of models nobody reads. */
    void askIdle(Assignment assignment, boolean enforced, Trigger trigger) {
        if (enforced && !parts.switches().acts()) {
            return;
        }
        PolicyInput input = inputs.idle(trigger, assignment.args());
        parts.decider().ask(assignment, Hook.EVICT, input, parts.engine()::submit, plan -> {
            List<Object> steps = evictions.carryOut(null, enforced, plan);
            if (!enforced || parts.switches().acts()) {
                steps.addAll(parts.compactions().carryOut(enforced, plan));
            }
            if (!steps.isEmpty()) {
                line(trigger, plan, steps)
                        .put("mode", enforced ? "enforce" : "observe")
                        .log();
            }
        });
    }

    /** About files of a model nobody reads: evictions alone. */
    void askEnded(ActiveLoad past, Trigger trigger, TrackedShard shard) {
        PolicyInput input = inputs.of(past, trigger, shard, null, true);
        parts.decider().ask(past.assignment(), Hook.EVICT, input, parts.engine()::submit, plan -> {
            if (past.suspended()) {
                return;
            }
            List<Object> steps = evictions.carryOut(null, past.enforced(), plan);
            steps.addAll(parts.compactions().carryOut(past.enforced(), plan));
            if (!steps.isEmpty()) {
                line(trigger, plan, steps)
                        .path(shard.path())
                        .load(past.load().number())
                        .put("model", past.load().model().name())
                        .put("mode", past.rule().mode().label())
                        .log();
            }
        });
    }

    private void carryOut(ActiveLoad active, Trigger trigger, TrackedShard shard, Plan plan) {
        Load load = active.load();
        if (load.state() != LoadState.LOADING) {
            return; // the answer came too late
        }
        List<Object> steps = new ArrayList<>(prefetching.carryOut(active, plan));
        payLine();
        steps.addAll(evictions.carryOut(active, active.enforced(), plan));
        if (!active.suspended()) {
            steps.addAll(parts.compactions().carryOut(active.enforced(), plan));
        }
        if (!steps.isEmpty() || !plan.refused().isEmpty()) {
            line(trigger, plan, steps)
                    .path(shard == null ? null : shard.path())
                    .load(load.number())
                    .put("model", load.model().name())
                    .put("shard", shard == null ? null : shard.shard().index())
                    .put("mode", active.rule().mode().label())
                    .log();
        }
    }

    private Journal.Line line(Trigger trigger, Plan plan, List<Object> steps) {
        return parts.journal()
                .line(LineKind.PLAN)
                .put("trigger", trigger.label())
                .put("policy", plan.policy())
                .put("steps", steps)
                .put("refused", plan.refused().isEmpty() ? null : plan.refused());
    }
}
