package dev.nowake.agent.execute;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/**
 * Looks for mounts that stand still, from one thread: a mount's own threads stand still with it. It sleeps while nothing is
 * in flight, and begins with the first chunk.
 */
final class FenceWatch implements AutoCloseable {
    /** A tenth of the silence it looks for. */
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final List<MountBudget> mounts = new CopyOnWriteArrayList<>();
    private final AtomicBoolean awake = new AtomicBoolean();
    private Thread thread;
    private volatile boolean closed;

    void add(MountBudget mount) {
        mounts.add(mount);
    }

    List<MountBudget> mounts() {
        return mounts;
    }

    /** A chunk begins on a mount at rest. Costs a system call only when the watch sleeps. */
    void wake() {
        if (!awake.get() && awake.compareAndSet(false, true)) {
            begin();
        }
    }

    private synchronized void begin() {
        if (closed) {
            return;
        }
        if (thread == null) {
            try {
                thread = Thread.ofPlatform().name("nowake-fence").daemon().start(this::watch);
            } catch (OutOfMemoryError none) { // no thread to be had: nobody is fenced until the next try
                awake.set(false);
            }
        } else {
            LockSupport.unpark(thread);
        }
    }

    private void watch() {
        while (!closed) {
            if (lookAtAll()) {
                LockSupport.parkNanos(this, LOOK_NANOS);
                continue;
            }
            awake.set(false);
            // whoever begins from here on wakes us; what began just before is seen now
            if (lookAtAll()) {
                awake.set(true);
                continue;
            }
            while (!awake.get() && !closed) {
                LockSupport.park(this);
            }
        }
    }

    private boolean lookAtAll() {
        boolean again = false;
        for (MountBudget mount : mounts) {
            try {
                again |= mount.look(System.nanoTime());
            } catch (RuntimeException | Error broken) { // a job's budget that breaks must not end the watch
                Failure.report(broken);
            }
        }
        return again;
    }

    @Override
    public synchronized void close() {
        closed = true;
        if (thread != null) {
            LockSupport.unpark(thread);
        }
    }
}
