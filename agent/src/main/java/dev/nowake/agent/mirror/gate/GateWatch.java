package dev.nowake.agent.mirror.gate;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Looks whether a gate still answers: its thread goes round, and nobody has waited longer than anybody may. When it does
 * not, the gate is tripped: better an error than a host whose processes hang. A thread of its own, that takes no lock of
 * the gate's.
 */
final class GateWatch implements AutoCloseable {
    private static final Duration HANGS_AFTER = Duration.ofSeconds(20);

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
        try {
            while (sinceLastTurn.getAsLong() <= HANGS_AFTER.toNanos()
                    && oldestWait.getAsLong() <= longestWait.toNanos()) {
                Thread.sleep(Math.clamp(longestWait.toMillis() / 4, 50, 5_000));
            }
            trip.run();
        } catch (InterruptedException ended) {
            // the gate closes in order
        }
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
