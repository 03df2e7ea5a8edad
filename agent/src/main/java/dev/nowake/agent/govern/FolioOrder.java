package dev.nowake.agent.govern;

/**
 * Whether prefetch may ask for large folios, by how much memory lies in blocks large enough for them. Large folios are a tenth
 * to a third faster for everybody; but an allocation that finds no such block wakes kswapd, however much memory is free.
 * Pure.
 */
final class FolioOrder {
    /**
     * Blocks besides those in flight and those readers take: buddyinfo also counts blocks that page cache may not have
     * (reserved, unmovable).
     */
    static final long SCARCE_BYTES = 256L << 20;

    /** Twice that to go back: else it would change with every look. */
    static final long PLENTY_BYTES = 2 * SCARCE_BYTES;

    private boolean single;

    /**
     * Memory was looked at.
     *
     * @param blockBytes of the node; -1 unknown, and then pages are single: that never wakes anybody
     * @param soonBytes what prefetch and readers may allocate before the next look
     */
    void seen(long blockBytes, long soonBytes, boolean unrest) {
        if (blockBytes < 0 || unrest || blockBytes < SCARCE_BYTES + soonBytes) {
            single = true;
        } else if (blockBytes >= PLENTY_BYTES + soonBytes) {
            single = false;
        }
    }

    boolean isSingle() {
        return single;
    }
}
