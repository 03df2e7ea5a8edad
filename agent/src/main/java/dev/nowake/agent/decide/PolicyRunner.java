package dev.nowake.agent.decide;

import dev.nowake.policy.Hook;
import dev.nowake.policy.PolicyInput;
import dev.nowake.policy.PolicyUnit;
import dev.nowake.policy.Step;
import java.util.List;
import java.util.function.Consumer;

/** Calls one policy. */
public final class PolicyRunner {
    private final PolicyUnit unit;

    PolicyRunner(PolicyUnit unit) {
        this.unit = unit;
    }

    public PolicyUnit unit() {
        return unit;
    }

    public String name() {
        return unit.policy().name();
    }

    /** {@code then} gets the steps, on the calling thread for a trusted policy. */
    void call(Hook hook, PolicyInput input, Consumer<List<Step>> then) {
        then.accept(hook.call(unit.policy(), input));
    }
}
