package dev.nowake.agent.decide;

import dev.nowake.agent.observe.Counter;
import dev.nowake.agent.observe.Counters;
import dev.nowake.agent.observe.Journal;
import dev.nowake.policy.Guard;
import dev.nowake.policy.Hook;
import dev.nowake.policy.PolicyInput;
import dev.nowake.policy.Step;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * Asks policies, and lets nothing through that the guard refuses. A policy that throws costs its own turn only: an empty
 * plan, a counter, a line in the journal.
 */
public final class Decider {
    private final PolicyRegistry registry;
    private final Counters counters;
    private final Journal journal;

    public Decider(PolicyRegistry registry, Counters counters, Journal journal) {
        this.registry = registry;
        this.counters = counters;
        this.journal = journal;
    }

    public PolicyRegistry registry() {
        return registry;
    }

    /**
     * Asks one hook of the policy the assignment names. {@code then} gets the plan exactly once: at once and on the calling
     * thread when the policy is trusted, else as a task of {@code engine}, after {@link PolicyRunner}'s deadline at the
     * latest. Never throws.
     */
    public void ask(Assignment assignment, Hook hook, PolicyInput input, Executor engine, Consumer<Plan> then) {
        PolicyRunner runner = registry.named(assignment.policy());
        Plan plan;
        try {
            Plan[] answer = {Plan.empty(assignment.policy())};
            runner.call(hook, input.withArgs(assignment.args()), steps -> answer[0] = plan(runner, input, steps));
            plan = answer[0];
        } catch (RuntimeException | StackOverflowError thrown) {
            counters.increment(Counter.POLICY_ERRORS);
            journal.line("error")
                    .put("model", input.model() == null ? null : input.model().name())
                    .put("reason", "policy " + assignment.policy() + " threw " + thrown)
                    .log();
            plan = Plan.empty(assignment.policy());
        }
        then.accept(plan);
    }

    private Plan plan(PolicyRunner runner, PolicyInput input, List<Step> steps) {
        if (steps == null || steps.isEmpty()) {
            return Plan.empty(runner.name());
        }
        Guard.Verdict verdict = Guard.check(steps, input);
        counters.add(Counter.GUARD_REFUSED, verdict.refused().size());
        return new Plan(runner.name(), verdict.accepted(), verdict.refused());
    }
}
