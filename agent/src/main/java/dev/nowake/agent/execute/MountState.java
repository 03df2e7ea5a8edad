package dev.nowake.agent.execute;

/**
 * What one mount is trusted with, and what it returns.
 *
 * @param device {@code st_dev} of its files
 * @param fsType as /proc/self/mountinfo names it
 * @param budgetBytes that may be in flight now; 0 while it is fenced
 * @param mostBytes that may ever be
 * @param inFlightBytes asked for and not returned
 * @param latencyNanos of a chunk, from its turn until it was seen to be there; 0 before the first
 * @param fencedNanos how long it has been fenced; -1 where it is not
 */
public record MountState(
        long device,
        String fsType,
        long budgetBytes,
        long mostBytes,
        long inFlightBytes,
        long latencyNanos,
        long fencedNanos) {
    public boolean isFenced() {
        return fencedNanos >= 0;
    }
}
