package dev.nowake.policy.js;

import dev.nowake.policy.Argument;
import dev.nowake.policy.Hook;
import dev.nowake.policy.Policy;
import dev.nowake.policy.PolicyInput;
import dev.nowake.policy.Step;
import java.util.List;
import java.util.Map;

/** A script as the rest of nowake calls it. */
record ScriptPolicy(ScriptUnit unit, Declaration declared) implements Policy {
    @Override
    public String name() {
        return declared.name();
    }

    @Override
    public int api() {
        return declared.api();
    }

    @Override
    public String description() {
        return declared.description();
    }

    @Override
    public Map<String, Argument> arguments() {
        return declared.arguments();
    }

    @Override
    public List<Step> prefetch(PolicyInput input) {
        return unit.call(Hook.PREFETCH, input);
    }

    @Override
    public List<Step> evict(PolicyInput input) {
        return unit.call(Hook.EVICT, input);
    }
}
