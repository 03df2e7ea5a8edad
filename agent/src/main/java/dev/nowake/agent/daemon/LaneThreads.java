package dev.nowake.agent.daemon;

import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * A lane's threads beside its engine's, each made with its first task.
 *
 * @param background folder walks, passes over /proc
 * @param following looks at readers
 * @param evicting drops what policies want dropped while loads go on
 * @param writingBack waits for pages to be written back
 */
record LaneThreads(
        ExecutorService background, ExecutorService following, ExecutorService evicting, ExecutorService writingBack)
        implements AutoCloseable {
    static LaneThreads of(String lane) {
        return new LaneThreads(
                thread("nowake-background-" + lane),
                thread("nowake-follow-" + lane),
                thread("nowake-evict-" + lane),
                thread("nowake-write-back-" + lane));
    }

    private static ExecutorService thread(String name) {
        return Executors.newSingleThreadExecutor(
                Thread.ofPlatform().name(name).daemon().factory());
    }

    /** Hands a task to one of them; false where the lane has ended. Any thread. */
    static boolean begin(Executor thread, Runnable task) {
        try {
            thread.execute(task);
            return true;
        } catch (RejectedExecutionException ended) {
            return false;
        }
    }

    /** What has not begun is dropped, but for what followers are to give back. Waits for nothing. */
    @Override
    public void close() {
        background.shutdownNow();
        following.shutdown();
        evicting.shutdownNow();
        writingBack.shutdownNow();
    }

    /** After {@link #close}: whether none of them is at work any more, within that time. */
    boolean awaitEnd(long millis) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        boolean ended = true;
        for (ExecutorService each : List.of(background, following, evicting, writingBack)) {
            ended &= each.awaitTermination(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
        }
        return ended;
    }
}
