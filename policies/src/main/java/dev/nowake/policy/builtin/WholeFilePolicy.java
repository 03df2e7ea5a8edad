package dev.nowake.policy.builtin;

import dev.nowake.policy.Policy;
import dev.nowake.policy.PolicyInput;
import dev.nowake.policy.Step;
import dev.nowake.policy.Trigger;
import java.util.List;

/** Prefetches each file when it is opened, whole, and never evicts: for models that should stay in memory. */
public final class WholeFilePolicy implements Policy {
    @Override
    public String name() {
        return "whole-file";
    }

    @Override
    public String description() {
        return "prefetches each file whole when it is opened and never evicts";
    }

    @Override
    public List<Step> prefetch(PolicyInput input) {
        if (input.trigger() != Trigger.OPEN || input.file() == null) {
            return List.of();
        }
        return List.of(Step.Prefetch.whole(input.file().id(), "opened"));
    }
}
