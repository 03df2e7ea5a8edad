package dev.nowake.agent.mirror.evict;

import dev.nowake.agent.mirror.evict.DiskOutcome.Chosen;
import dev.nowake.agent.mirror.evict.ModelOutcome.Stayed;

/**
 * What became of a mirror's models since it is served.
 *
 * @param stayedInUse models that were to go and were opened, loaded or kept meanwhile
 * @param stayedFailed models that were to go, and something failed
 * @param shortages times there was not enough room and none could be made
 */
public record DiskCounts(long evictedBytes, long evictedModels, long stayedInUse, long stayedFailed, long shortages) {
    static final DiskCounts NONE = new DiskCounts(0, 0, 0, 0, 0);

    DiskCounts plus(DiskOutcome outcome) {
        long gone = 0;
        long inUse = 0;
        long failed = 0;
        for (Chosen chosen : outcome.models()) {
            if (chosen.isGone()) {
                gone++;
            } else if (chosen.outcome() != null && chosen.outcome().stayed() == Stayed.FAILED) {
                failed++;
            } else if (chosen.outcome() != null) {
                inUse++;
            }
        }
        boolean isShort = outcome.missingBytes() > 0 && outcome.enforced();
        return new DiskCounts(
                evictedBytes + outcome.freedBytes(),
                evictedModels + gone,
                stayedInUse + inUse,
                stayedFailed + failed,
                shortages + (isShort ? 1 : 0));
    }
}
