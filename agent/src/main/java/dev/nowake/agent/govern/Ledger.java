package dev.nowake.agent.govern;

/**
 * One load's account: the room it was given, what it has prefetched into it and what was released behind its readers. At all
 * times {@code prefetched + in flight <= room + released}. Belongs to the law.
 */
final class Ledger {
    private long roomBytes;
    private long inFlightBytes;
    private long prefetchedBytes;
    private long releasedBytes;
    private long readBytesPerSecond;
    private long askedNanos;
    private boolean asked;
    private boolean closed;
    private Shortage shortage = Shortage.NONE;

    /** Room beyond what was given before is given now, as much as the acquisition lacks. */
    void acquired(long bytes) {
        inFlightBytes += bytes;
        roomBytes = Math.max(roomBytes, prefetchedBytes + inFlightBytes - releasedBytes);
    }

    void settled(long acquiredBytes, long landedBytes) {
        inFlightBytes -= acquiredBytes;
        prefetchedBytes += landedBytes;
    }

    void released(long bytes) {
        releasedBytes += bytes;
    }

    void readsAt(long bytesPerSecond) {
        readBytesPerSecond = bytesPerSecond;
    }

    void asks(long nowNanos) {
        asked = true;
        askedNanos = nowNanos;
    }

    /** What its last acquisition came to. */
    void answered(Shortage why) {
        shortage = why;
    }

    Shortage shortage() {
        return shortage;
    }

    void close() {
        closed = true;
    }

    boolean isClosed() {
        return closed;
    }

    /** It asked for bytes a moment ago. */
    boolean isAsking(long nowNanos, long withinNanos) {
        return asked && nowNanos - askedNanos <= withinNanos;
    }

    /** Room it was given and does not hold, and what was released of pages its readers had brought in themselves. */
    long creditBytes() {
        return roomBytes + releasedBytes - prefetchedBytes - inFlightBytes;
    }

    long roomBytes() {
        return roomBytes;
    }

    long inFlightBytes() {
        return inFlightBytes;
    }

    long prefetchedBytes() {
        return prefetchedBytes;
    }

    long releasedBytes() {
        return releasedBytes;
    }

    long readBytesPerSecond() {
        return readBytesPerSecond;
    }
}
