package dev.nowake.agent.metrics;

import java.util.List;

/** Policies that are loaded. */
final class PolicyFamilies {
    /** Folders of policies may hold hundreds; those that are loaded first are told by name. */
    private static final int MOST_POLICIES = 50;

    private PolicyFamilies() {}

    static List<Family> all() {
        return List.of(
                Family.gauge(
                        "policy_enabled",
                        "1 while the policy is asked, 0 since it was disabled; the first " + MOST_POLICIES + " loaded",
                        (look, points) -> look.policies().stream()
                                .limit(MOST_POLICIES)
                                .forEach(policy -> points.add(policy.enabled() ? 1 : 0, policy.name())),
                        "policy"),
                Family.histogram(
                        "policy_call_seconds",
                        "how long calls of the policy took that did not fail; the first " + MOST_POLICIES + " loaded",
                        (look, points) -> look.policies().stream()
                                .limit(MOST_POLICIES)
                                .forEach(policy -> points.add(policy.latencies(), policy.name())),
                        "policy"),
                Family.gauge(
                        "disabled_policies",
                        "policies that are loaded and not asked any more",
                        (look, points) -> points.add(look.policies().stream()
                                .filter(policy -> !policy.enabled())
                                .count())));
    }
}
