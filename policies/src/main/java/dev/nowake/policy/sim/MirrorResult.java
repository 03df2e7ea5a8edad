package dev.nowake.policy.sim;

import java.util.List;

/**
 * What came of loads through a mirror.
 *
 * @param fromDisk loads of models that were there
 * @param loadedBytes of all models loaded
 * @param fetchedBytes brought from the remote
 * @param evictions models that were evicted
 * @param withoutRoom loads for which there was no room: they fail, or wait
 * @param failures the first few, one line each
 */
public record MirrorResult(
        String policy,
        int loads,
        int fromDisk,
        long loadedBytes,
        long fetchedBytes,
        int evictions,
        long evictedBytes,
        int withoutRoom,
        int refusedSteps,
        int calls,
        int failedCalls,
        List<String> failures) {}
