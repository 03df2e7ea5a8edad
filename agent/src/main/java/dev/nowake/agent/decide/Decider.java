package dev.nowake.agent.decide;

import dev.nowake.agent.observe.Counter;
import dev.nowake.agent.observe.Counters;
import dev.nowake.agent.observe.Journal;
import dev.nowake.policy.Guard;
import dev.nowake.policy.Policy;
import dev.nowake.policy.PolicyInput;
import dev.nowake.policy.Step;
import java.util.List;
import java.util.function.Function;

/** Calls policies. A policy that throws costs its own turn only: an empty plan, a counter, a line in the journal. */
public final class Decider {
    private final Counters counters;
    private final Journal journal;

    public Decider(Counters counters, Journal journal) {
        this.counters = counters;
        this.journal = journal;
    }

    public Plan prefetch(Policy policy, PolicyInput input) {
        return plan(policy, input, policy::prefetch);
    }

    public Plan evict(Policy policy, PolicyInput input) {
        return plan(policy, input, policy::evict);
    }

    private Plan plan(Policy policy, PolicyInput input, Function<PolicyInput, List<Step>> hook) {
        try {
            List<Step> steps = hook.apply(input);
            if (steps == null || steps.isEmpty()) {
                return Plan.EMPTY;
            }
            Guard.Verdict verdict = Guard.check(steps, input.model());
            counters.add(Counter.GUARD_REFUSED, verdict.refused().size());
            return new Plan(verdict.accepted(), verdict.refused());
        } catch (RuntimeException | StackOverflowError thrown) {
            counters.increment(Counter.POLICY_ERRORS);
            journal.line("error")
                    .put("model", input.model().name())
                    .put("reason", "policy " + policy.name() + " threw " + thrown)
                    .log();
            return Plan.EMPTY;
        }
    }
}
