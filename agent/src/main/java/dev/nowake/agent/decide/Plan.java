package dev.nowake.agent.decide;

import dev.nowake.policy.Guard;
import dev.nowake.policy.Step;
import java.util.List;

/**
 * What a policy wanted and the guard let through, those of higher priority first and else in the
 * policy's order.
 *
 * @param compactions nodes whose free memory is to be brought together
 * @param fromDisk models that are to be evicted from a mirror's disk
 * @param policy the name of the one that answered: the rule's, or its fallback
 */
public record Plan(
        String policy,
        List<Guard.Checked> steps,
        List<Step.Compact> compactions,
        List<Guard.FromDisk> fromDisk,
        List<String> refused) {
    public static Plan empty(String policy) {
        return new Plan(policy, List.of(), List.of(), List.of(), List.of());
    }
}
