package dev.nowake.agent.mirror.gate;

import dev.nowake.agent.mirror.FillFailure;
import dev.nowake.agent.mirror.Twin;
import dev.nowake.kernel.Errno;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** What has to be done before an incomplete file is opened, on threads of its own. Any thread; no call waits. */
final class Openings implements AutoCloseable {
    /** At once: a disk takes no more of it in parallel. */
    private static final int THREADS = 4;

    private static final int IDLE_SECONDS = 10;

    private final Blocks blocks;
    private final ThreadPoolExecutor workers;

    Openings(String name, Blocks blocks) {
        this.blocks = blocks;
        this.workers = new ThreadPoolExecutor(
                THREADS,
                THREADS,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                Thread.ofPlatform().name("blocks-" + name + "-", 0).daemon().factory());
        workers.allowCoreThreadTimeOut(true);
    }

    /** Completes when the file may be opened, or with a {@link FillFailure}. */
    CompletableFuture<Void> before(Twin twin) {
        CompletableFuture<Void> open = new CompletableFuture<>();
        try {
            workers.execute(() -> give(twin, open));
        } catch (RuntimeException
                | OutOfMemoryError noThread) { // what the JVM throws where the system gives no more threads
            open.completeExceptionally(new FillFailure(Errno.EIO, "nobody to give " + twin + " its blocks", noThread));
        }
        return open;
    }

    private void give(Twin twin, CompletableFuture<Void> open) {
        try {
            if (!twin.isWritten()) {
                blocks.give(twin);
            }
            open.complete(null);
        } catch (FillFailure | RuntimeException | Error refused) {
            open.completeExceptionally(refused);
        }
    }

    @Override
    public void close() {
        workers.shutdownNow();
    }
}
