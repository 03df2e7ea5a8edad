package dev.nowake.agent.decide;

import dev.nowake.agent.observe.Counter;
import dev.nowake.agent.observe.Counters;
import dev.nowake.agent.observe.Journal;
import dev.nowake.policy.Hook;
import dev.nowake.policy.PolicyInput;
import java.util.Map;
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
        new Question(assignment, hook, input, false, engine, then).ask();
    }

    /**
     * The same way, to see the answer alone: nothing is counted, told or remembered, neither of the policy nor of the call.
     * One thing cannot be undone: a call that never ends costs the policy its thread, as any other.
     */
    public void tryOut(Assignment assignment, Hook hook, PolicyInput input, Executor engine, Consumer<Plan> then) {
        new Question(assignment, hook, input, true, engine, then).ask();
    }

    /** One call of {@link #ask} on its way. */
    private final class Question {
        private final Assignment assignment;
        private final Hook hook;
        private final PolicyInput input;
        private final boolean tryOut;
        private final Executor engine;
        private final Consumer<Plan> then;

        Question(
                Assignment assignment,
                Hook hook,
                PolicyInput input,
                boolean tryOut,
                Executor engine,
                Consumer<Plan> then) {
            this.assignment = assignment;
            this.hook = hook;
            this.input = input;
            this.tryOut = tryOut;
            this.engine = engine;
            this.then = then;
        }

        void ask() {
            PolicyRunner runner = registry.named(assignment.policy());
            if (runner == null || runner.isDisabled()) {
                askFallback();
            } else if (!ask(runner, assignment.args(), this::askFallback)) {
                if (registry.named(assignment.policy()) != runner) {
                    ask(); // it was just reloaded
                    return;
                }
                count(Counter.POLICY_QUEUE_FULL);
                askFallback();
            }
        }

        private void askFallback() {
            count(Counter.POLICY_FALLBACKS);
            String name = assignment.fallback();
            PolicyRunner runner = name.equals(assignment.policy()) ? null : registry.named(name);
            Runnable nothing = () -> then.accept(Plan.empty(name));
            if (runner == null || runner.isDisabled() || !ask(runner, assignment.fallbackArgs(), nothing)) {
                nothing.run();
            }
        }

        /** False when it was not asked and nobody will answer. {@code instead} runs on the engine when it was asked in vain. */
        private boolean ask(PolicyRunner runner, Map<String, Object> args, Runnable instead) {
            PolicyInput fitted = runner.fitted(input, args);
            if (runner.isInline()) {
                runner.answer(call(fitted, PolicyCall.Answer.of(then, instead)));
                return true;
            }
            return runner.offer(call(
                    fitted, PolicyCall.Answer.of(plan -> submit(() -> then.accept(plan)), () -> submit(instead))));
        }

        private PolicyCall call(PolicyInput fitted, PolicyCall.Answer answer) {
            return new PolicyCall(hook, fitted, CallLimits.STANDARD, tryOut, answer);
        }

        private void submit(Runnable task) {
            try {
                engine.execute(task);
            } catch (RejectedExecutionException stopping) {
                return; // the daemon ends: nobody waits for the plan
            }
        }

        private void count(Counter counter) {
            if (!tryOut) {
                counters.increment(counter);
            }
        }
    }
}
