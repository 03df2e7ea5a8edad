package dev.nowake.policy.sim;

import java.util.List;

/**
 * What a load was like.
 *
 * @param policy its name
 * @param readBytes what the readers came to, bytes read twice counted twice
 * @param hitBytes of these, resident when a reader came to them
 * @param stallSeconds readers waited for bytes, added up over all of them
 * @param totalSeconds from the first access to the last reader's end
 * @param peakResidentBytes of page cache, bytes on their way included
 * @param residentAtEndBytes after the last reader was gone and the policy had its say
 * @param storageBytes read from storage, by readers, read-ahead and prefetch
 * @param prefetchedBytes of these, asked for by the policy
 * @param neverUsedBytes of these, not read until they were dropped or the load ended
 * @param readAgainBytes read from storage although they had been resident before
 * @param evictedBytes dropped because the policy said so
 * @param reclaimedBytes dropped because the page cache was full
 * @param refusedSteps steps the guard let not pass
 * @param calls of either hook
 * @param failures one line for each call that failed, the first few
 * @param failedCalls how many failed; three in a row end the policy's part
 */
public record SimulationResult(
        String policy,
        long readBytes,
        long hitBytes,
        double stallSeconds,
        double totalSeconds,
        long peakResidentBytes,
        long residentAtEndBytes,
        long storageBytes,
        long prefetchedBytes,
        long neverUsedBytes,
        long readAgainBytes,
        long evictedBytes,
        long reclaimedBytes,
        int refusedSteps,
        int calls,
        int failedCalls,
        List<String> failures) {
    public SimulationResult {
        failures = List.copyOf(failures);
    }

    /** Between 0 and 1. */
    public double hitRate() {
        return (double) hitBytes / readBytes;
    }
}
