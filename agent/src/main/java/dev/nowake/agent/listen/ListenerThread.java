package dev.nowake.agent.listen;

import dev.nowake.kernel.EventGroup;
import dev.nowake.kernel.KernelException;
import java.util.concurrent.locks.LockSupport;

/** The thread that reads one event group until it is closed. */
final class ListenerThread implements AutoCloseable {
    /** Out of descriptors or memory: half a tenth of a second lets others give some back, and does not spin. */
    private static final long PAUSE_NANOS = 50_000_000L;

    private static final long JOIN_MILLIS = 200;

    private final EventGroup group;
    private final Batch batch;
    private final SightingSink sink;
    private final Thread thread;
    private volatile boolean closed;

    /** Waits for events and takes those there are. */
    @FunctionalInterface
    interface Batch {
        void read() throws KernelException;
    }

    /** Owns {@code group}, which {@code batch} reads. */
    ListenerThread(String name, EventGroup group, Batch batch, SightingSink sink) {
        this.group = group;
        this.batch = batch;
        this.sink = sink;
        this.thread = Thread.ofPlatform().name("nowake-listen-" + name).daemon().unstarted(this::listen);
    }

    void start() {
        thread.start();
    }

    private void listen() {
        while (!closed) {
            try {
                batch.read();
            } catch (KernelException failed) {
                if (closed) {
                    return;
                }
                sink.failed("reading events", failed);
                LockSupport.parkNanos(PAUSE_NANOS);
            } catch (RuntimeException | Error broken) {
                sink.failed("handling an event", broken);
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        group.wake();
        try {
            thread.join(JOIN_MILLIS);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
        group.close();
    }
}
