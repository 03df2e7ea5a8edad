package dev.nowake.agent.decide;

import dev.nowake.policy.builtin.BuiltinPolicies;
import dev.nowake.policy.builtin.BuiltinUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The policies there are now, by name. */
public final class PolicyRegistry {
    private final Map<String, PolicyRunner> runners = new LinkedHashMap<>();

    public PolicyRegistry() {
        BuiltinPolicies.all().forEach(policy -> runners.put(policy.name(), new PolicyRunner(new BuiltinUnit(policy))));
    }

    /** Null where there is none of that name. Any thread. */
    public PolicyRunner named(String name) {
        return runners.get(name);
    }

    public List<PolicyRunner> all() {
        return List.copyOf(runners.values());
    }
}
