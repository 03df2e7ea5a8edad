package dev.nowake.agent.decide;

import dev.nowake.policy.Argument;
import dev.nowake.policy.CannedInputs;
import dev.nowake.policy.CannedInputs.Canned;
import dev.nowake.policy.Hook;
import dev.nowake.policy.Policy;
import dev.nowake.policy.PolicyFailure;
import dev.nowake.policy.PolicyInput;
import dev.nowake.policy.Trigger;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Calls a policy before it serves, once for each hook and trigger, with inputs made up: what fails now would fail in the
 * middle of a load. It also links a jar's code, so that its first real call does not wait for that.
 */
final class Rehearsal {
    private final PolicyRunner runner;
    private final List<Canned> inputs;

    private Rehearsal(PolicyRunner runner) {
        this.runner = runner;
        Policy policy = runner.unit().policy();
        this.inputs = CannedInputs.all(CannedInputs.argsFor(policy));
    }

    /**
     * @param mayFail calls are only to warm it up
     * @throws PolicyFailure what the first call that failed had to say
     */
    static void of(PolicyRunner runner, boolean mayFail) {
        Rehearsal rehearsal = new Rehearsal(runner);
        // what a required argument may be, only its rule knows: with a made-up one it may fail
        boolean guessed = runner.unit().policy().arguments().values().stream().anyMatch(Argument::isRequired);
        rehearsal.round(mayFail || guessed);
    }

    private void round(boolean mayFail) {
        for (Canned canned : inputs) {
            for (Hook hook : Hook.values()) {
                call(hook, canned.input());
                PolicyRecord.Numbers numbers = runner.record().numbers();
                if (runner.isAbandoned() || numbers.failures() > 0 && !mayFail) {
                    throw new PolicyFailure(
                            PolicyFailure.Kind.INVALID,
                            numbers.lastFailure() + " (tried with: " + canned.label() + ")");
                }
            }
        }
    }

    private void call(Hook hook, PolicyInput input) {
        CompletableFuture<Void> answered = new CompletableFuture<>();
        PolicyCall call = new PolicyCall(
                hook,
                input,
                CallLimits.REHEARSAL,
                // one that no mirror names is never asked about a disk, and need not know of it
                input.trigger() == Trigger.DISK,
                PolicyCall.Answer.of(plan -> answered.complete(null), () -> answered.complete(null)));
        try {
            if (runner.offer(call)) {
                answered.get(CallLimits.REHEARSAL.answerNanos() * 2, TimeUnit.NANOSECONDS);
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
