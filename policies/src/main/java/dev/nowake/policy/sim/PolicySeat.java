package dev.nowake.policy.sim;

import dev.nowake.policy.Guard;
import dev.nowake.policy.Hook;
import dev.nowake.policy.Policy;
import dev.nowake.policy.PolicyInput;
import dev.nowake.policy.Step;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Where the policy under test sits: asked, guarded, and out after three failures in a row, as in the daemon. */
final class PolicySeat {
    private static final int FAILURES_IN_A_ROW = 3;
    private static final int FAILURES_TOLD = 3;

    private final Policy policy;
    private final Map<String, Object> args;
    private final HookCall call;
    private Map<String, Object> state = Map.of();
    private final List<String> failures = new ArrayList<>();
    private int failedCalls;
    private final Map<Hook, Integer> inARow = new EnumMap<>(Hook.class);
    private boolean out;
    private int calls;
    private int refused;

    PolicySeat(Policy policy, Map<String, Object> args, HookCall call) {
        this.policy = policy;
        this.args = Map.copyOf(args);
        this.call = call;
    }

    Map<String, Object> args() {
        return args;
    }

    Map<String, Object> state() {
        return state;
    }

    /** The steps that may be acted on; none where the call failed. */
    List<Guard.Checked> ask(Hook hook, PolicyInput input) {
        Guard.Verdict verdict = verdict(hook, input);
        return verdict == null ? List.of() : verdict.accepted();
    }

    /** Models that may leave a mirror's disk. */
    List<Guard.FromDisk> askDisk(PolicyInput input) {
        Guard.Verdict verdict = verdict(Hook.EVICT, input);
        return verdict == null ? List.of() : verdict.fromDisk();
    }

    /** Null where there is none. */
    private Guard.Verdict verdict(Hook hook, PolicyInput input) {
        if (out) {
            return null;
        }
        calls++;
        List<Step> steps;
        try {
            steps = call.call(hook, policy, input);
            inARow.remove(hook);
        } catch (RuntimeException | StackOverflowError thrown) {
            failed(hook, input, thrown);
            return null;
        }
        if (steps == null || steps.isEmpty()) {
            return null;
        }
        Guard.Verdict verdict = Guard.check(steps, input);
        refused += verdict.refused().size();
        if (verdict.state() != null) {
            state = verdict.state();
        }
        return verdict;
    }

    private void failed(Hook hook, PolicyInput input, Throwable thrown) {
        failedCalls++;
        inARow.merge(hook, 1, Integer::sum);
        out = inARow.values().stream().mapToInt(Integer::intValue).sum() >= FAILURES_IN_A_ROW;
        if (failures.size() < FAILURES_TOLD) {
            String what = thrown.getMessage() == null ? thrown.getClass().getSimpleName() : thrown.getMessage();
            failures.add(hook.label() + " on " + input.trigger().label() + ": " + what);
        }
    }

    List<String> failures() {
        return failures;
    }

    int failedCalls() {
        return failedCalls;
    }

    int calls() {
        return calls;
    }

    int refused() {
        return refused;
    }
}
