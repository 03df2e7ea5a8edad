package dev.nowake.agent.decide;

import dev.nowake.agent.observe.Counter;
import dev.nowake.agent.observe.Counters;
import dev.nowake.agent.observe.Journal;
import dev.nowake.policy.Hook;
import dev.nowake.policy.PolicyInput;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;

/**
 * Asks policies, and lets nothing through that the guard refuses. A policy that fails costs its own turn only: an empty
 * plan, a counter, a line in the journal. One that is disabled, gone, not loaded yet or too busy is not asked: the rule's
 * fallback is.
 */
public final class Decider {
    private final PolicyRegistry registry;
    private final Counters counters;

    /** What happens to the registry's policies is told to {@code counters} and {@code journal} from now on. */
    public Decider(PolicyRegistry registry, Counters counters, Journal journal) {
        this.registry = registry;
        this.counters = counters;
        registry.tell(counters, journal);
    }

    public PolicyRegistry registry() {
        return registry;
    }

    /**
     * Asks one hook of the policy the assignment names. {@code then} gets the plan exactly once: at once and on the calling
     * thread when the policy is trusted, else as a task of {@code engine}, within 100 ms. No policy makes it throw; what
     * {@code then} throws is its own.
     */
    public void ask(Assignment assignment, Hook hook, PolicyInput input, Executor engine, Consumer<Plan> then) {
        PolicyRunner runner = registry.named(assignment.policy());
        Runnable fallback = () -> askFallback(assignment, hook, input, engine, then);
        if (runner == null || runner.isDisabled()) {
            fallback.run();
        } else if (!ask(runner, hook, runner.fitted(input, assignment.args()), engine, then, fallback)) {
            if (registry.named(assignment.policy()) != runner) {
                ask(assignment, hook, input, engine, then); // it was just reloaded
                return;
            }
            counters.increment(Counter.POLICY_QUEUE_FULL);
            fallback.run();
        }
    }

    private void askFallback(
            Assignment assignment, Hook hook, PolicyInput input, Executor engine, Consumer<Plan> then) {
        counters.increment(Counter.POLICY_FALLBACKS);
        PolicyRunner runner =
                assignment.fallback().equals(assignment.policy()) ? null : registry.named(assignment.fallback());
        Runnable nothing = () -> then.accept(Plan.empty(assignment.fallback()));
        if (runner == null
                || runner.isDisabled()
                || !ask(runner, hook, runner.fitted(input, assignment.fallbackArgs()), engine, then, nothing)) {
            nothing.run();
        }
    }

    /** False when it was not asked and nobody will answer. {@code instead} runs on the engine when it was asked in vain. */
    private static boolean ask(
            PolicyRunner runner, Hook hook, PolicyInput input, Executor engine, Consumer<Plan> then, Runnable instead) {
        if (runner.isInline()) {
            then.accept(runner.answer(hook, input));
            return true;
        }
        PolicyCall.Answer answer =
                PolicyCall.Answer.of(plan -> submit(engine, () -> then.accept(plan)), () -> submit(engine, instead));
        return runner.offer(new PolicyCall(hook, input, CallLimits.STANDARD, answer));
    }

    private static void submit(Executor engine, Runnable task) {
        try {
            engine.execute(task);
        } catch (RejectedExecutionException stopping) {
            return; // the daemon ends: nobody waits for the plan
        }
    }
}
