package dev.nowake.policy;

import java.util.List;

/**
 * A mirror whose disk needs room. Bytes.
 *
 * @param name as the configuration names it
 * @param budgetBytes what its files may take on the disk
 * @param usedBytes what they take now: allocated blocks
 * @param freeBytes what is free on the disk, whoever fills it
 * @param reserveBytes what has to stay free there
 * @param neededBytes what is about to be written; 0 where the disk has to be brought back within its limits
 */
public record MirrorView(
        String name,
        long budgetBytes,
        long usedBytes,
        long freeBytes,
        long reserveBytes,
        long neededBytes,
        List<MirroredModelView> models) {
    public MirrorView {
        models = List.copyOf(models);
    }

    /** What has to go so that what is needed fits into the budget and leaves the reserve free; 0 where it does. */
    public long excessBytes() {
        return excessBytes(neededBytes);
    }

    /** The same, were so many bytes needed. */
    public long excessBytes(long needed) {
        long aboveBudget = sum(usedBytes - budgetBytes, needed);
        long belowReserve = sum(reserveBytes - freeBytes, needed);
        return Math.max(0, Math.max(aboveBudget, belowReserve));
    }

    /** The second is not negative; a sum too large for a long is the largest. */
    private static long sum(long one, long other) {
        return one > Long.MAX_VALUE - other ? Long.MAX_VALUE : one + other;
    }
}
