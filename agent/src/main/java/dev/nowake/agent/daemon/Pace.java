package dev.nowake.agent.daemon;

/**
 * When to look again, so that looking takes a hundredth of a CPU at most: no sooner than a hundred times what the look
 * cost, but for a small credit. For one thread.
 */
final class Pace {
    private static final long COST_SHARE = 100;

    /**
     * 100 ms of CPU for each load: its first looks load classes and find descriptors, and a reader at 2 GB/s would have gone
     * ten gigabytes when they are paid for. It is earned again while nothing is looked at.
     */
    private static final long CREDIT_NANOS = 100_000_000L * COST_SHARE;

    private long owedNanos = -CREDIT_NANOS;

    /** How long to wait after a look that cost so much CPU time, {@code wishedNanos} at least. */
    long after(long costNanos, long wishedNanos) {
        owedNanos += costNanos * COST_SHARE;
        long wait = Math.max(wishedNanos, owedNanos);
        owedNanos = Math.max(-CREDIT_NANOS, owedNanos - wait);
        return wait;
    }
}
