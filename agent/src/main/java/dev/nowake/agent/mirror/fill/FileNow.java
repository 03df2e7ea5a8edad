package dev.nowake.agent.mirror.fill;

/**
 * What is going on with one file.
 *
 * @param waitingReaders that wait for bytes of it
 * @param piecesUnderWay asked of the remote
 * @param isExpected more of it is to be brought though nobody waits
 * @param failure why something of it did not come, one line; null where nothing failed lately
 */
public record FileNow(int waitingReaders, int piecesUnderWay, boolean isExpected, String failure) {}
