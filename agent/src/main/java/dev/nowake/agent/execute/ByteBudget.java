package dev.nowake.agent.execute;

/**
 * Bytes that may be asked of storage. A chunk acquires its bytes before the first call for it and releases them when it
 * has been looked at, so the budget bounds what is in flight; a governor may also refuse for lack of free memory. All
 * methods are called from the executor's threads.
 */
public interface ByteBudget {
    /** Takes the bytes, or nothing and returns false. Never blocks. */
    boolean tryAcquire(long bytes);

    /** Gives bytes back; never more than were acquired. */
    void release(long bytes);

    /**
     * Returns when {@link #tryAcquire} may succeed, or after the time at the latest. The executor asks again in a loop and
     * looks for cancellation between, so returning early is harmless.
     *
     * @throws InterruptedException when the executor closes
     */
    void awaitRoom(long bytes, long nanos) throws InterruptedException;

    /** The most one acquisition can ever get: chunks are cut to it. At least one page. */
    default long largestAcquisitionBytes() {
        return Long.MAX_VALUE;
    }
}
