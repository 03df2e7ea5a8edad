package dev.nowake.agent.mirror.evict;

import dev.nowake.policy.MirroredModelView;
import java.util.List;

/**
 * What came of room being needed on a mirror's disk.
 *
 * @param before how the disk stood
 * @param neededBytes about to be written; 0 where the disk was to be brought back within its limits
 * @param enforced false where nothing is touched: then models are those that would go
 * @param policy who decided
 * @param by who asked by hand; null for nobody
 * @param models those that were to go, in this order
 * @param refused what the guard did not let through
 * @param missingBytes still missing
 * @param why as many as that are missing; empty where none are
 */
record DiskOutcome(
        DiskStanding before,
        long neededBytes,
        boolean enforced,
        String policy,
        String by,
        List<Chosen> models,
        List<String> refused,
        long missingBytes,
        String why,
        double seconds) {
    /** {@code outcome}: null where nothing was tried. */
    record Chosen(MirroredModelView model, String reason, ModelOutcome outcome) {
        boolean isGone() {
            return outcome != null && outcome.isGone();
        }
    }

    DiskOutcome {
        models = List.copyOf(models);
        refused = List.copyOf(refused);
    }

    /** The disk was within its limits. */
    static DiskOutcome nothing(DiskStanding standing, long neededBytes) {
        return new DiskOutcome(standing, neededBytes, true, null, null, List.of(), List.of(), 0, "", 0);
    }

    long freedBytes() {
        return models.stream()
                .filter(chosen -> chosen.outcome() != null)
                .mapToLong(chosen -> chosen.outcome().freedBytes())
                .sum();
    }
}
