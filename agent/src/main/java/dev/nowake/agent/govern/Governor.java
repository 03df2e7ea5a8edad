package dev.nowake.agent.govern;

import dev.nowake.agent.execute.Placement;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** {@link RoomLaw} with a clock, a lock and a view of the host: one for the daemon. Any thread. */
public final class Governor {
    private final long inFlightLimitBytes;
    private final Supplier<MemoryState> memory;
    private final LongSupplier nanoTime;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final RoomLaw law;
    private final long[] waits = new long[Shortage.values().length];
    private long looks;
    private long lookedNanos;

    /** {@code memory} is asked under the lock, at most every 50 ms and only while somebody wants bytes. */
    public Governor(long inFlightLimitBytes, Supplier<MemoryState> memory) {
        this(inFlightLimitBytes, memory, System::nanoTime);
    }

    Governor(long inFlightLimitBytes, Supplier<MemoryState> memory, LongSupplier nanoTime) {
        this.inFlightLimitBytes = inFlightLimitBytes;
        this.memory = memory;
        this.nanoTime = nanoTime;
        this.law = new RoomLaw(inFlightLimitBytes);
    }

    /** For a load that begins; closed when it is over. One that never acquires anything costs nothing. */
    public LoadBudget open() {
        return new LoadBudget(this, new Ledger());
    }

    void close(Ledger ledger) {
        locked(() -> {
            law.close(ledger);
            changed.signalAll();
            return null;
        });
    }

    boolean tryAcquire(Ledger ledger, long bytes, Placement placement) {
        return locked(() -> {
            boolean acquired = law.tryAcquire(ledger, bytes, placement, lookIfDue());
            if (!acquired) {
                waits[law.shortage().ordinal()]++;
            }
            return acquired;
        });
    }

    /** The caller holds the lock. */
    private long lookIfDue() {
        long now = nanoTime.getAsLong();
        if (law.needsLook(now)) {
            lookNow(now);
        }
        return now;
    }

    /** The caller holds the lock. */
    private void lookNow(long now) {
        law.look(memory.get(), now);
        looks++;
        lookedNanos += nanoTime.getAsLong() - now;
    }

    void settle(Ledger ledger, long acquiredBytes, long landedBytes, Placement placement) {
        locked(() -> {
            law.settle(ledger, acquiredBytes, landedBytes, placement);
            changed.signalAll();
            return null;
        });
    }

    void released(Ledger ledger, long bytes) {
        locked(() -> {
            law.released(ledger, bytes);
            changed.signalAll();
            return null;
        });
    }

    void readsAt(Ledger ledger, long bytesPerSecond) {
        locked(() -> {
            ledger.readsAt(bytesPerSecond);
            return null;
        });
    }

    /** Until something is given back, memory is due to be looked at again, or the time has passed. */
    void awaitRoom(Ledger ledger, long bytes, Placement placement, long nanos) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long patience = Math.min(nanos, RoomLaw.LOOK_NANOS);
            while (!law.couldAcquire(ledger, bytes, placement, nanoTime.getAsLong()) && patience > 0) {
                patience = changed.awaitNanos(patience);
            }
        } finally {
            lock.unlock();
        }
    }

    boolean isSinglePages(Placement placement) {
        return locked(() -> law.isSinglePages(placement));
    }

    long inFlightLimitBytes() {
        return inFlightLimitBytes;
    }

    RoomReport report(Ledger ledger) {
        return locked(() -> new RoomReport(
                ledger.roomBytes(), ledger.releasedBytes(), ledger.shortage(), law.isSinglePages(Placement.ANYWHERE)));
    }

    /**
     * Free memory lacking there now for so many bytes of room, a fresh look taken; 0 where they fit, Long.MAX_VALUE where
     * memory cannot be read.
     */
    public long missingBytes(long bytes, Placement placement) {
        return locked(() -> {
            lookNow(nanoTime.getAsLong());
            return law.isBlind() ? Long.MAX_VALUE : Math.max(0, bytes - law.roomBytes(placement));
        });
    }

    /** Looks at memory now. */
    public GovernorState look() {
        return locked(() -> {
            lookNow(nanoTime.getAsLong());
            return stateNow();
        });
    }

    /** As memory was at the last look. */
    public GovernorState state() {
        return locked(this::stateNow);
    }

    private GovernorState stateNow() {
        return new GovernorState(
                law.inFlightBytes(),
                law.roomBytes(Placement.ANYWHERE),
                law.marginBytes(),
                law.outsideBytesPerSecond(),
                law.isSinglePages(Placement.ANYWHERE),
                law.isUnrest(),
                law.shortage(),
                waitsNow(),
                looks,
                lookedNanos);
    }

    /** One refused since its load is closed counts as none of them. */
    private Map<Shortage, Long> waitsNow() {
        Map<Shortage, Long> now = new EnumMap<>(Shortage.class);
        for (Shortage shortage : Shortage.values()) {
            if (shortage != Shortage.NONE) {
                now.put(shortage, waits[shortage.ordinal()]);
            }
        }
        return now;
    }

    private <T> T locked(Supplier<T> act) {
        lock.lock();
        try {
            return act.get();
        } finally {
            lock.unlock();
        }
    }
}
