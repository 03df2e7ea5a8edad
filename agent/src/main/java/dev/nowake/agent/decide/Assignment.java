package dev.nowake.agent.decide;

import java.util.Map;

/**
 * Who decides about a load: a policy by name, so that a reloaded one serves at once, and who stands in while it is disabled.
 *
 * @param args validated against the policy's declaration
 */
public record Assignment(String policy, Map<String, Object> args, String fallback, Map<String, Object> fallbackArgs) {
    /** Stands in where a rule names nobody. */
    public static final String DEFAULT_FALLBACK = "load-and-release";

    public Assignment {
        args = Map.copyOf(args);
        fallbackArgs = Map.copyOf(fallbackArgs);
    }
}
