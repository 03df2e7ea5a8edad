package dev.nowake.agent.mirror.gate;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Looks whether a gate still answers: its thread goes round, and nobody has waited longer than anybody may. When it does
 * not, the gate is tripped: better an error than a host whose processes hang. A thread of its own, that takes no lock of
 * the gate's.
 */
final class GateWatch implements AutoCloseable {
    /**
     * A thread that gets a descriptor of a file on which somebody holds a lease waits 45 s for it, as the kernel comes
     * (/proc/sys/fs/lease-break-time).
     */
    private static final Duration HANGS_AFTER = Duration.ofSeconds(60);

    /** A look that comes so much later than it was to: this process, or the host, was stopped. */
    private static final Duration STOPPED = Duration.ofSeconds(2);

    private final LongSupplier sinceLastTurn;
    private final LongSupplier oldestWait;
    private final Duration longestWait;
    private final Runnable trip;
    private final Thread thread;

    /**
     * @param sinceLastTurn nanoseconds since the gate's thread went round
     * @param oldestWait nanoseconds the oldest that waits has waited
     * @param longestWait what anybody may wait: the time-out of a fill has to be well below it
     * @param trip lets everybody go on; run once, on this thread
     */
    GateWatch(String name, LongSupplier sinceLastTurn, LongSupplier oldestWait, Duration longestWait, Runnable trip) {
        this.sinceLastTurn = sinceLastTurn;
        this.oldestWait = oldestWait;
        this.longestWait = longestWait;
        this.trip = trip;
        this.thread = Thread.ofPlatform().name("gate-watch-" + name).daemon().start(this::run);
    }

    private void run() {
        long pauseMillis = Math.clamp(longestWait.toMillis() / 4, 50, 5_000);
        try {
            for (int hung = 0; hung < 2; ) { // twice, because what it looks at may have been stopped as well
                long before = System.nanoTime();
                Thread.sleep(pauseMillis);
                long late = System.nanoTime() - before - pauseMillis * 1_000_000;
                hung = late < STOPPED.toNanos() && hangs() ? hung + 1 : 0;
            }
            trip.run();
        } catch (InterruptedException ended) {
            // the gate closes in order
        }
    }

    private boolean hangs() {
        return sinceLastTurn.getAsLong() > HANGS_AFTER.toNanos() || oldestWait.getAsLong() > longestWait.toNanos();
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
