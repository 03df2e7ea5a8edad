package dev.nowake.policy.js;

import com.sun.management.ThreadMXBean;
import dev.nowake.policy.PolicyUnit;
import java.lang.management.ManagementFactory;
import java.util.concurrent.locks.LockSupport;

/** Watches one call as the daemon does: ends it after 20 ms or 64 MiB, looking every millisecond. */
final class CallWatch {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final long DEADLINE_NANOS = 20_000_000;
    private static final long ALLOCATED_BYTES = 64L << 20;

    private final PolicyUnit unit;
    private final Thread caller = Thread.currentThread();
    private final long allocatedBefore = THREADS.getThreadAllocatedBytes(caller.threadId());
    private final long started = System.nanoTime();
    private final long deadlineNanos;
    private final Thread thread;
    private volatile boolean over;
    private volatile long stoppedNanos;
    private long endedNanos;

    CallWatch(PolicyUnit unit) {
        this(unit, DEADLINE_NANOS);
    }

    CallWatch(PolicyUnit unit, long deadlineNanos) {
        this.unit = unit;
        this.deadlineNanos = deadlineNanos;
        thread = Thread.ofPlatform().daemon().start(this::watch);
    }

    private void watch() {
        while (!over) {
            LockSupport.parkNanos(1_000_000);
            long allocated = THREADS.getThreadAllocatedBytes(caller.threadId()) - allocatedBefore;
            if (System.nanoTime() - started > deadlineNanos) {
                stop("took longer than 20 ms");
            } else if (allocated > ALLOCATED_BYTES) {
                stop("allocated more than 64 MiB");
            }
        }
    }

    private void stop(String why) {
        if (!over && stoppedNanos == 0) {
            stoppedNanos = System.nanoTime();
            unit.stopCall(why);
        }
    }

    /** How long it went on after it was told to stop; 0 where it was not. */
    long millisAfterStop() {
        return stoppedNanos == 0 ? 0 : (endedNanos - stoppedNanos) / 1_000_000;
    }

    void end() throws InterruptedException {
        endedNanos = System.nanoTime();
        over = true;
        thread.join();
        Thread.interrupted();
    }
}
