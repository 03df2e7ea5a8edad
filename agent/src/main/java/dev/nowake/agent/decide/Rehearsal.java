package dev.nowake.agent.decide;

import dev.nowake.policy.Argument;
import dev.nowake.policy.Hook;
import dev.nowake.policy.PolicyFailure;
import dev.nowake.policy.PolicyInput;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Calls a policy before it serves, with inputs made up: what fails now would fail in the middle of a load. It also links and
 * compiles its code, so that its first real call takes about as long as the later ones.
 */
final class Rehearsal {
    /** Interpreted at first, a script's hook takes 50 us; after some thousand calls it has settled near 10 us. */
    private static final int WARM_CALLS = 2000;

    /** Several policies are loaded one after the other before the daemon is ready. */
    private static final long WARM_NANOS = 300_000_000L;

    private final PolicyRunner runner;
    private final List<PolicyInput> inputs;

    private Rehearsal(PolicyRunner runner) {
        this.runner = runner;
        this.inputs = CannedInputs.of(runner.unit().policy());
    }

    /** @throws PolicyFailure what the first call that failed had to say */
    static void of(PolicyRunner runner) {
        Rehearsal rehearsal = new Rehearsal(runner);
        // what a required argument may be, only its rule knows: with a made-up one it may fail
        boolean guessed = runner.unit().policy().arguments().values().stream().anyMatch(Argument::isRequired);
        if (rehearsal.round(guessed)) {
            long end = System.nanoTime() + WARM_NANOS;
            for (int calls = 0; calls < WARM_CALLS && System.nanoTime() < end; calls += 2 * rehearsal.inputs.size()) {
                rehearsal.round(guessed);
            }
        }
    }

    /** Returns whether all went well. */
    private boolean round(boolean mayFail) {
        for (PolicyInput input : inputs) {
            for (Hook hook : Hook.values()) {
                call(hook, input);
                PolicyRecord.Numbers numbers = runner.record().numbers();
                if (runner.isAbandoned() || numbers.failures() > 0 && !mayFail) {
                    throw new PolicyFailure(
                            PolicyFailure.Kind.INVALID,
                            numbers.lastFailure() + " (tried with trigger "
                                    + input.trigger().label() + ")");
                }
                if (numbers.failures() > 0) {
                    return false;
                }
            }
        }
        return true;
    }

    private void call(Hook hook, PolicyInput input) {
        CompletableFuture<Void> answered = new CompletableFuture<>();
        PolicyCall call = new PolicyCall(
                hook,
                input,
                CallLimits.REHEARSAL,
                PolicyCall.Answer.of(plan -> answered.complete(null), () -> answered.complete(null)));
        try {
            if (runner.offer(call)) {
                answered.get(CallLimits.REHEARSAL.deadlineNanos() * 2, TimeUnit.NANOSECONDS);
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new PolicyFailure(
                    PolicyFailure.Kind.INVALID, runner.unit().origin() + ": not tried, nowake is stopping");
        } catch (TimeoutException | ExecutionException silent) {
            throw new PolicyFailure(
                    PolicyFailure.Kind.INVALID, runner.unit().origin() + ": " + hook.label() + " gives no answer");
        }
    }
}
