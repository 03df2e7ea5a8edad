package dev.nowake.agent.mirror.fill;

import java.util.List;
import java.util.Map;

/**
 * How a mirror's filling stands; what counts up does so from its start.
 *
 * @param fetchedBytes that the remote returned
 * @param neededBytes that were missing when readers asked for them, each reader's counted
 * @param expectedBytes that were missing when somebody was expected to ask for them
 * @param piecesUnderWay now
 * @param waitingReaders now
 * @param failures pieces that did not come, each try counted
 * @param retries tries of pieces that had failed before and no reader waited for
 * @param streams threads at work or waiting for it now
 * @param abandonedThreads that wait now for requests nobody waits for any more
 * @param abandonedRequests all there have been
 * @param waitBounds the highest value of each bucket, in seconds; a last bucket takes what is higher
 * @param waits readers that had to wait, by how long, bucket by bucket
 * @param waitedSeconds all of them together
 * @param mismatches whole files that were not what their names promise
 * @param completed files
 * @param isBroken nothing is written any more
 */
public record FillFigures(
        long fetchedBytes,
        long neededBytes,
        long expectedBytes,
        int piecesUnderWay,
        int waitingReaders,
        Map<FailureKind, Long> failures,
        long retries,
        int streams,
        int abandonedThreads,
        long abandonedRequests,
        List<Double> waitBounds,
        List<Long> waits,
        double waitedSeconds,
        long mismatches,
        long completed,
        boolean isBroken) {
    public FillFigures {
        failures = Map.copyOf(failures);
        waitBounds = List.copyOf(waitBounds);
        waits = List.copyOf(waits);
    }
}
