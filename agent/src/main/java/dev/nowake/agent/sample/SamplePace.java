package dev.nowake.agent.sample;

/**
 * When to take a load's next sample, and when to take none any more. Ten a second for two seconds, four a second for a
 * minute, then rarer and rarer, so that a load of seconds is seen in detail and one of a day costs no more lines than one of an hour. For one
 * thread.
 */
public final class SamplePace {
    /** A load of a gigabyte takes half a second: five points are a shape, two are not. */
    static final long FIRST_NANOS = 100_000_000L;

    static final int FIRST = 20;

    /** At 2 GB/s a quarter of a second is half a gigabyte. */
    static final long DENSE_NANOS = 250_000_000L;

    /** With the first ones a minute of them. */
    static final int DENSE = 250;

    /** After that the distance doubles each time so many were taken: the last ones are ten minutes apart. */
    static final int DOUBLES_EVERY = 30;

    /** Lines of one load, its first and last included: 150 KB of a model in ten shards. */
    static final int MOST = 600;

    /** A two-hundredth of a CPU at most: half a millisecond a sample, four times a second, is less than half of that. */
    static final long COST_SHARE = 200;

    /** A daemon's first samples load classes, 20 ms of CPU: paid for later, not while its first load goes on. */
    static final long CREDIT_NANOS = 20_000_000L * COST_SHARE;

    /** Nothing moves: a server keeps its model mapped for days. */
    static final long IDLE_NANOS = 60_000_000_000L;

    private int taken;
    private int still;
    private long owedNanos = -CREDIT_NANOS;

    /**
     * How long to wait after a sample; -1 when there are enough.
     *
     * @param written something had changed since the one before
     * @param cpuNanos what it cost
     */
    public long after(boolean written, long cpuNanos) {
        still = written ? 0 : Math.min(still + 1, 20);
        taken += written ? 1 : 0;
        if (taken >= MOST - 2) {
            return -1;
        }
        int doubled = Math.max(0, taken - DENSE) / DOUBLES_EVERY;
        long wished = taken < FIRST ? FIRST_NANOS : DENSE_NANOS << Math.min(20, doubled);
        long idle = still < 4 ? 0 : Math.min(IDLE_NANOS, DENSE_NANOS << still - 3);
        owedNanos += cpuNanos * COST_SHARE;
        long wait = Math.max(Math.max(wished, idle), owedNanos);
        owedNanos = Math.max(-CREDIT_NANOS, owedNanos - wait);
        return wait;
    }
}
