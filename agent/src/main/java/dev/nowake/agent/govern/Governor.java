package dev.nowake.agent.govern;

import dev.nowake.agent.execute.ByteBudget;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * Keeps prefetch within a number of bytes in flight and within the room there is. Without room prefetch waits; nothing is
 * evicted to make some. Any thread.
 */
public final class Governor implements ByteBudget {
    /** How long one look at memory serves: at 2 GB/s 50 ms are 100 MB, inside the margin; a look costs half a millisecond. */
    private static final long LOOK_NANOS = 50_000_000L;

    private final long inFlightLimitBytes;
    private final LongSupplier room;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private long inFlightBytes;
    private long roomBytes;
    private long lookedNanos;
    private boolean looked;
    private long waits;

    /** {@code room}: bytes that may be taken now; asked under the lock, at most every 50 ms. */
    public Governor(long inFlightLimitBytes, LongSupplier room) {
        this.inFlightLimitBytes = inFlightLimitBytes;
        this.room = room;
    }

    @Override
    public boolean tryAcquire(long bytes) {
        lock.lock();
        try {
            long now = System.nanoTime();
            if (!looked || now - lookedNanos >= LOOK_NANOS) {
                // what is in flight may or may not have been allocated yet: counting it again errs to the safe side
                roomBytes = room.getAsLong() - inFlightBytes;
                lookedNanos = now;
                looked = true;
            }
            if (!fits(bytes)) {
                waits++;
                return false;
            }
            inFlightBytes += bytes;
            roomBytes -= bytes;
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Under the lock. */
    private boolean fits(long bytes) {
        return bytes <= inFlightLimitBytes - inFlightBytes && bytes <= roomBytes;
    }

    @Override
    public void release(long bytes) {
        lock.lock();
        try {
            inFlightBytes -= bytes;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void awaitRoom(long bytes, long nanos) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long patience = Math.min(nanos, LOOK_NANOS);
            while (!fits(bytes) && patience > 0) {
                patience = changed.awaitNanos(patience);
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public long largestAcquisitionBytes() {
        return inFlightLimitBytes;
    }

    public long inFlightBytes() {
        lock.lock();
        try {
            return inFlightBytes;
        } finally {
            lock.unlock();
        }
    }

    /** What was left of the room at the last look, less what was taken since. */
    public long roomBytes() {
        lock.lock();
        try {
            return roomBytes;
        } finally {
            lock.unlock();
        }
    }

    /** How often a chunk had to wait for bytes in flight or for memory. */
    public long waits() {
        lock.lock();
        try {
            return waits;
        } finally {
            lock.unlock();
        }
    }
}
