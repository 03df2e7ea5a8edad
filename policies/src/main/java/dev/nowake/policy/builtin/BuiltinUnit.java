package dev.nowake.policy.builtin;

import dev.nowake.policy.Policy;
import dev.nowake.policy.PolicyUnit;

/** A policy that comes with nowake and is written in Java: it holds nothing and cannot be stopped. */
public record BuiltinUnit(Policy policy) implements PolicyUnit {
    @Override
    public String origin() {
        return "built in";
    }

    @Override
    public boolean isTrusted() {
        return true;
    }

    @Override
    public void stopCall(String why) {
        // it returns by itself: nothing in it waits or loops without end
    }

    @Override
    public void close() {
        // it holds nothing
    }
}
