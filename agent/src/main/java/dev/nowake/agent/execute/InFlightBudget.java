package dev.nowake.agent.execute;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** A fixed number of bytes in flight, shared by any number of jobs. */
public final class InFlightBudget implements ByteBudget {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition released = lock.newCondition();
    private final long limitBytes;
    private long inFlightBytes;

    public InFlightBudget(long limitBytes) {
        if (limitBytes < 4096) {
            throw new IllegalArgumentException("a budget under one page: " + limitBytes + " bytes");
        }
        this.limitBytes = limitBytes;
    }

    @Override
    public boolean tryAcquire(long bytes, Placement placement) {
        lock.lock();
        try {
            if (bytes > limitBytes - inFlightBytes) {
                return false;
            }
            inFlightBytes += bytes;
            return true;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void settle(long acquiredBytes, long landedBytes, Placement placement) {
        lock.lock();
        try {
            if (acquiredBytes > inFlightBytes) {
                throw new IllegalStateException(
                        "released " + acquiredBytes + " of " + inFlightBytes + " bytes in flight");
            }
            inFlightBytes -= acquiredBytes;
            released.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void awaitRoom(long bytes, Placement placement, long nanos) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            if (bytes > limitBytes - inFlightBytes) {
                boolean signalled = released.await(nanos, TimeUnit.NANOSECONDS);
                assert signalled || nanos >= 0;
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public long largestAcquisitionBytes() {
        return limitBytes;
    }

    public long inFlightBytes() {
        lock.lock();
        try {
            return inFlightBytes;
        } finally {
            lock.unlock();
        }
    }
}
