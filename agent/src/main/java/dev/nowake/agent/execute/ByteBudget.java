package dev.nowake.agent.execute;

/**
 * Bytes that may be asked of storage. A chunk acquires its bytes before the first call for it and settles them when it has
 * been looked at, so the budget bounds what is in flight; a governor may also refuse for lack of free memory where the
 * pages are to lie. All methods are called from the executor's threads.
 */
public interface ByteBudget {
    /** Takes the bytes, or nothing and returns false. Never blocks. */
    boolean tryAcquire(long bytes, Placement placement);

    /**
     * Ends what was acquired for this placement: the bytes are no longer in flight.
     *
     * @param acquiredBytes never more than were acquired
     * @param landedBytes what of it took memory: new pages; as many as were acquired where nobody looked
     */
    void settle(long acquiredBytes, long landedBytes, Placement placement);

    /**
     * Returns when {@link #tryAcquire} may succeed, or after the time at the latest. The executor asks again in a loop and
     * looks for cancellation between, so returning early is harmless.
     *
     * @throws InterruptedException when the executor closes
     */
    void awaitRoom(long bytes, Placement placement, long nanos) throws InterruptedException;

    /** The most one acquisition can ever get: chunks are cut to it. At least one page. */
    default long largestAcquisitionBytes() {
        return Long.MAX_VALUE;
    }

    /** Whether pages there shall be fetched one by one, because blocks for large folios are scarce. */
    default boolean isSinglePages(Placement placement) {
        return false;
    }
}
