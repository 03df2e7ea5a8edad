package dev.nowake.policy.sim;

import dev.nowake.policy.Hook;
import dev.nowake.policy.Policy;
import dev.nowake.policy.PolicyInput;
import dev.nowake.policy.Step;
import java.util.List;

/** How a hook is called: at once, or by somebody who watches the clock and ends a call that takes too long. */
@FunctionalInterface
public interface HookCall {
    /** Calls it and waits as long as it takes. */
    HookCall DIRECT = Hook::call;

    /** Throws what the policy throws. */
    List<Step> call(Hook hook, Policy policy, PolicyInput input);
}
