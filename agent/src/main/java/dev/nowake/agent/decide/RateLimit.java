package dev.nowake.agent.decide;

/** At most so many a second; the rest is counted. Any thread. */
final class RateLimit {
    private static final long SECOND = 1_000_000_000L;

    private final int perSecond;
    private long secondBegan = Long.MIN_VALUE;
    private int passed;
    private long held;

    RateLimit(int perSecond) {
        this.perSecond = perSecond;
    }

    /** Whether one more may pass now. */
    synchronized boolean pass(long nowNanos) {
        if (secondBegan == Long.MIN_VALUE || nowNanos - secondBegan >= SECOND) {
            secondBegan = nowNanos;
            passed = 0;
        }
        if (passed >= perSecond) {
            held++;
            return false;
        }
        passed++;
        return true;
    }

    /** How many did not pass since the last time this was asked. */
    synchronized long takeHeld() {
        long taken = held;
        held = 0;
        return taken;
    }
}
