package dev.nowake.agent.govern;

/**
 * A load's account, for people: prefetched and in flight together never exceed room and released together.
 *
 * @param roomBytes given to it so far
 * @param releasedBytes dropped behind its readers
 * @param shortage why its last acquisition got nothing; NONE when it succeeded
 * @param singlePages whether its next pages are fetched one by one, for want of large blocks
 */
public record RoomReport(
        long roomBytes,
        long inFlightBytes,
        long prefetchedBytes,
        long releasedBytes,
        Shortage shortage,
        boolean singlePages) {}
