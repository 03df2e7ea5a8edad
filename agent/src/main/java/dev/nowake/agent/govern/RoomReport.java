package dev.nowake.agent.govern;

/**
 * A load's account, for people.
 *
 * @param roomBytes given to it so far
 * @param releasedBytes dropped behind its readers
 * @param shortage why its last acquisition got nothing; NONE when it succeeded
 * @param singlePages whether its next pages are fetched one by one, for want of large blocks
 */
public record RoomReport(long roomBytes, long releasedBytes, Shortage shortage, boolean singlePages) {}
