package dev.nowake.agent.govern;

/**
 * How much free memory is left alone above the watermarks: what others may take before this process sees it and stops. Pure;
 * time comes with the calls.
 */
final class Margin {
    /**
     * Pages in the CPUs' own lists and what a burst takes at once. Half of it was too little to start a JVM beside a load;
     * double of it is room that short hosts lack.
     */
    static final long FLOOR_BYTES = 64L << 20;

    /**
     * From a page being taken to the prefetch that stops for it: 50 ms to the next look at memory, 100 ms to the next look
     * at readers, after which their pages are dropped behind them.
     */
    static final double REACTION_SECONDS = 0.15;

    /** Readers faster than 13 GB/s read what is resident; they allocate nothing. */
    static final long MOST_BYTES = 2L << 30;

    /** Forgets half of what it saw in 0.35 s: a burst of a tenth of a second still counts at the third look after it. */
    private static final double MEMORY_SECONDS = 0.5;

    private double outsideBytesPerSecond;
    private long lastFreeBytes;
    private long lastNanos;
    private boolean seen;

    /**
     * Memory was looked at.
     *
     * @param ownBytes taken by prefetch since the last look
     * @param releasedBytes released since the last look
     */
    void seen(long freeBytes, long ownBytes, long releasedBytes, long nowNanos) {
        double seconds = (nowNanos - lastNanos) / 1e9;
        if (seen && seconds > 0) {
            // signed: bytes acquired may be allocated one look later, and then count against what was counted too early
            double taken = (lastFreeBytes - freeBytes) + releasedBytes - ownBytes;
            double weight = 1 - Math.exp(-seconds / MEMORY_SECONDS);
            outsideBytesPerSecond += weight * (taken / seconds - outsideBytesPerSecond);
        }
        seen = true;
        lastFreeBytes = freeBytes;
        lastNanos = nowNanos;
    }

    /** What everybody but this process takes, page cache and other memory together. */
    long outsideBytesPerSecond() {
        return Math.max(0, (long) outsideBytesPerSecond);
    }

    /**
     * For bytes that take the place of others just released: the reader would take them otherwise, and in large folios. With
     * the whole margin prefetch stood still on a full host, and the reader woke kswapd.
     */
    static final long RECYCLED_BYTES = FLOOR_BYTES / 4;

    /** {@code unrest}: the kernel reclaims already; what was seen so far was too little. */
    long bytes(long readersBytesPerSecond, boolean unrest) {
        double rate = (double) readersBytesPerSecond + outsideBytesPerSecond();
        long moving = (long) Math.min(MOST_BYTES, rate * REACTION_SECONDS);
        return (FLOOR_BYTES + moving) * (unrest ? 2 : 1);
    }
}
