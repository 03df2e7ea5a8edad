package dev.nowake.agent.config;

import dev.nowake.policy.Policy;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;

/** Reads which policy somebody names, and its arguments, which must be what the policy declares. */
final class PolicyChoice {
    private final KnownPolicies policies;
    private final ConfigErrors errors;

    PolicyChoice(KnownPolicies policies, ConfigErrors errors) {
        this.policies = policies;
        this.errors = errors;
    }

    /** Null, with an error, where there is none of that name. */
    Policy policy(YamlNode node, String absent) {
        String name = errors.scalar(node, node == null ? absent : null);
        if (name == null) {
            return null; // told already: it is no single value
        }
        return policies.named(name).orElseGet(() -> {
            errors.add(node, policies.unknown(name));
            return null;
        });
    }

    /** The policy's defaults and what is given instead; {@code owner} is where a missing argument is told. */
    Map<String, Object> arguments(YamlNode node, Policy policy, YamlNode owner) {
        Map<String, Object> args = new HashMap<>(policy.defaults());
        Map<String, YamlNode> given = node == null
                ? Map.of()
                : errors.mapping(node, policy.arguments().keySet());
        given.forEach((name, value) -> {
            try {
                if (value instanceof YamlNode.Scalar scalar) {
                    args.put(
                            name,
                            ArgumentText.parse(scalar.text(), policy.arguments().get(name)));
                } else {
                    errors.add(value, "argument '" + name + "': expected one value");
                }
            } catch (IllegalArgumentException wrong) {
                errors.add(value, "argument '" + name + "': " + wrong.getMessage());
            }
        });
        for (String name : new TreeSet<>(policy.arguments().keySet())) {
            if (policy.arguments().get(name).isRequired() && !given.containsKey(name)) {
                errors.add(
                        node == null ? owner : node,
                        "policy '" + policy.name() + "' needs the argument '" + name + "': give args: {" + name + ": "
                                + ArgumentText.example(policy.arguments().get(name)) + "}");
            }
        }
        return args;
    }
}
