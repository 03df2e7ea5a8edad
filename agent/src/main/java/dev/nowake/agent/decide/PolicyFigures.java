package dev.nowake.agent.decide;

import dev.nowake.agent.observe.Histogram;

/**
 * What is measured of one loaded policy.
 *
 * @param enabled whether it is asked
 * @param failures calls that failed, over all
 * @param latencies seconds that calls took which did not fail; goes on counting
 */
public record PolicyFigures(String name, boolean enabled, long failures, Histogram latencies) {
    static PolicyFigures of(PolicyRunner runner) {
        PolicyRecord record = runner.record();
        return new PolicyFigures(
                runner.name(), !runner.isDisabled(), record.numbers().failures(), record.latencies());
    }
}
