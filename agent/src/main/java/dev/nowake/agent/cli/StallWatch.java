package dev.nowake.agent.cli;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Waits for work that asks storage, and tells when nothing is answered any more: a thread that waits for a server that has
 * hung cannot be ended, so it is left behind when patience is over.
 *
 * @param answers grows as long as somebody answers
 * @param patience without an answer, until it is given up
 * @param tell told after ten seconds without an answer, or half the patience, and again every minute: for how long
 */
record StallWatch(LongSupplier answers, Duration patience, Consumer<Duration> tell) {
    private static final long LOOK_MILLIS = 100;
    private static final Duration FIRST = Duration.ofSeconds(10);
    private static final Duration AGAIN = Duration.ofMinutes(1);

    /** Nobody answered for as long as was allowed. */
    static final class GivenUp extends Exception {
        private static final long serialVersionUID = 1L;
    }

    /** The work's result, or what it threw. The work is done on a thread of its own. */
    <T> T await(Callable<T> work) throws Exception {
        FutureTask<T> task = new FutureTask<>(work);
        Thread.ofPlatform().daemon().name("nowake-work").start(task);
        long seen = answers.getAsLong();
        long since = System.nanoTime();
        long nextNanos = Math.min(FIRST.toNanos(), patience.toNanos() / 2);
        while (true) {
            try {
                return task.get(LOOK_MILLIS, TimeUnit.MILLISECONDS);
            } catch (TimeoutException notYet) {
                long now = System.nanoTime();
                if (answers.getAsLong() != seen) {
                    seen = answers.getAsLong();
                    since = now;
                    nextNanos = Math.min(FIRST.toNanos(), patience.toNanos() / 2);
                } else if (now - since >= patience.toNanos()) {
                    throw new GivenUp();
                } else if (now - since >= nextNanos) {
                    tell.accept(Duration.ofNanos(now - since));
                    nextNanos = now - since + AGAIN.toNanos();
                }
            } catch (ExecutionException failed) {
                if (failed.getCause() instanceof Exception known) {
                    throw known;
                }
                throw failed;
            }
        }
    }
}
