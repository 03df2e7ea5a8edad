package dev.nowake.agent.mirror.store;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Calls on the remote filesystem, whose server may never answer. Each is made on a thread that can be left behind: nothing
 * ends a thread that waits in such a call. There are never more than {@link #MOST} of them; one that was left behind counts
 * until its call has come back. Any thread.
 */
final class RemoteCalls {
    /** A hanging server costs these threads and no more. With fewer, opens of several files at once would wait for each other. */
    static final int MOST = 8;

    /** How soon who waits notices that the mirror ends. */
    static final int SLICE_MILLIS = 100;

    private final String name;
    private final Duration timeout;
    private final Semaphore free = new Semaphore(MOST);
    private final AtomicInteger leftBehind = new AtomicInteger();
    private volatile boolean closed;

    RemoteCalls(String name, Duration timeout) {
        this.name = name;
        this.timeout = timeout;
    }

    Duration timeout() {
        return timeout;
    }

    /** How many calls have been given up and have not come back. */
    int leftBehind() {
        return leftBehind.get();
    }

    /** A piece of work on its own thread. */
    final class Running<T> {
        private final CompletableFuture<T> result = new CompletableFuture<>();
        private boolean left;
        private boolean ended;

        private void run(Callable<T> call) {
            try {
                result.complete(call.call());
            } catch (Throwable failed) { // whatever it was, who waits must hear of it
                result.completeExceptionally(failed);
            } finally {
                end();
            }
        }

        private synchronized void end() {
            ended = true;
            if (left) {
                leftBehind.decrementAndGet();
            }
            free.release();
        }

        /** Nobody waits for it any more. */
        synchronized void leave() {
            if (!left && !ended) {
                left = true;
                leftBehind.incrementAndGet();
            }
        }
    }

    /** @throws IOException where too many calls have not come back, or the wait for a thread was interrupted */
    <T> Running<T> start(Callable<T> call) throws IOException {
        try {
            if (!free.tryAcquire(timeout.toNanos(), TimeUnit.NANOSECONDS)) {
                throw new IOException("the remote does not answer: " + leftBehind + " calls have not come back");
            }
        } catch (InterruptedException interrupted) {
            throw interrupted();
        }
        Running<T> running = new Running<>();
        try {
            Thread.ofPlatform().name("nowake-remote-" + name).daemon().start(() -> running.run(call));
        } catch (OutOfMemoryError noThread) { // what the JVM throws where the system gives no more threads
            free.release();
            throw new IOException("no thread for a call on the remote: " + noThread.getMessage());
        }
        return running;
    }

    /**
     * Makes the call and waits, the timeout at most.
     *
     * @throws IOException what the call throws; or one line where it did not come back in time
     */
    <T> T call(Callable<T> call) throws IOException {
        Running<T> running = start(call);
        long end = System.nanoTime() + timeout.toNanos();
        try {
            while (true) {
                checkOpen();
                try {
                    long slice = Math.min(end - System.nanoTime(), SLICE_MILLIS * 1_000_000L);
                    return running.result.get(slice, TimeUnit.NANOSECONDS);
                } catch (TimeoutException notYet) {
                    if (System.nanoTime() - end >= 0) {
                        throw late();
                    }
                }
            }
        } catch (InterruptedException interrupted) {
            throw interrupted();
        } catch (ExecutionException failed) {
            throw failed.getCause() instanceof IOException told ? told : new IOException(failed.getCause());
        } finally {
            running.leave();
        }
    }

    /** Who waits for the remote gets an error soon. */
    void close() {
        closed = true;
    }

    void checkOpen() throws IOException {
        if (closed) {
            throw new IOException("the mirror ends");
        }
    }

    IOException late() {
        return new IOException("the remote did not answer for " + timeout.toMillis() / 1000.0 + " s");
    }

    static IOException interrupted() {
        Thread.currentThread().interrupt();
        return new java.io.InterruptedIOException("interrupted");
    }
}
