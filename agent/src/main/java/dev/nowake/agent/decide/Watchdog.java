package dev.nowake.agent.decide;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/**
 * Looks after all calls of untrusted policies from one thread, once a millisecond while one is under way, and sleeps else.
 * The thread begins with the first policy that needs it.
 */
final class Watchdog {
    /** A script that only allocates takes a megabyte or a few in this time. */
    private static final long LOOK_NANOS = 1_000_000L;

    private final List<PolicyThread> watched = new CopyOnWriteArrayList<>();
    private final AtomicBoolean awake = new AtomicBoolean(true);
    private Thread thread;
    private volatile boolean closed;

    synchronized void add(PolicyThread policy) {
        watched.add(policy);
        if (thread == null) {
            thread = Thread.ofPlatform().name("nowake-policy-watch").daemon().start(this::watch);
        }
    }

    void remove(PolicyThread policy) {
        watched.remove(policy);
    }

    /** A call was handed over. Costs a system call only when the watchdog sleeps. */
    void wake() {
        if (!awake.get() && awake.compareAndSet(false, true)) {
            LockSupport.unpark(thread);
        }
    }

    private void watch() {
        while (!closed) {
            if (inspectAll()) {
                LockSupport.parkNanos(this, LOOK_NANOS);
                continue;
            }
            awake.set(false);
            // whoever hands over a call from here on wakes us; one that came just before is seen now
            if (inspectAll()) {
                awake.set(true);
                continue;
            }
            while (!awake.get() && !closed) {
                LockSupport.park(this);
            }
        }
    }

    private boolean inspectAll() {
        boolean busy = false;
        for (PolicyThread policy : watched) {
            try {
                busy |= policy.inspect(System.nanoTime());
            } catch (RuntimeException | Error broken) { // a unit that breaks when it is stopped must not end the watch
                busy = true;
            }
        }
        return busy;
    }

    synchronized void close() {
        closed = true;
        if (thread != null) {
            LockSupport.unpark(thread);
        }
    }
}
