package dev.nowake.agent.decide;

import dev.nowake.policy.Guard;
import java.util.List;

/** What a policy wanted and the guard let through, in the policy's order. */
public record Plan(List<Guard.Checked> steps, List<String> refused) {
    public static final Plan EMPTY = new Plan(List.of(), List.of());
}
