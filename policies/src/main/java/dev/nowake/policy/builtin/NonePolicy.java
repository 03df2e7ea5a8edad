package dev.nowake.policy.builtin;

import dev.nowake.policy.Policy;

/** Does nothing: loads are seen and counted, never touched. */
public final class NonePolicy implements Policy {
    @Override
    public String name() {
        return "none";
    }

    @Override
    public String description() {
        return "does nothing: loads are seen and counted, never touched";
    }
}
