package dev.nowake.agent.execute;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What one mount has in flight, of all loads together, and how much it may have: what {@link InFlightLaw} says, nothing
 * while it is fenced. Thread-safe.
 */
final class MountBudget {
    /**
     * A mount that has returned nothing for so long, with chunks in flight, is fenced. Disks that spin up take up to 10 s, a
     * server's failover more; both are fenced for the rest of it, which costs nothing, as they would return nothing. Until
     * then a mount's bytes are kept from other mounts. Half of it would fence hosts that swap.
     */
    static final long SILENCE_NANOS = TimeUnit.SECONDS.toNanos(5);

    /** Where chunks usually take long, as many times that: eight in a row late is no chance. */
    private static final int LATENCIES = 8;

    /** A mount that usually takes a minute for a chunk is not waited for eight. */
    private static final long MOST_SILENCE_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final long device;
    private final String fsType;
    private final InFlightLaw law;
    private final FenceListener listener;
    private final Runnable begun;
    private final List<MountPool> pools = new CopyOnWriteArrayList<>();

    private final ReentrantLock lock = new ReentrantLock();
    private final Set<Flight> flights = new LinkedHashSet<>();
    private long inFlightBytes;
    private long answeredNanos;
    private boolean fenced;
    private long fencedNanos;

    /** {@code begun} is told when there is something to {@link #look} for: a first chunk, or chunks left after a fence. */
    MountBudget(MountTraits traits, long mostBytes, FenceListener listener, Runnable begun) {
        this.device = traits.device();
        this.fsType = traits.fsType();
        this.law = new InFlightLaw(Math.min(traits.chunkBytes(), mostBytes), mostBytes);
        this.listener = listener;
        this.begun = begun;
    }

    /** Is told when bytes came back. */
    void add(MountPool pool) {
        pools.add(pool);
    }

    /** The most one chunk can get. */
    long mostBytes() {
        return law.mostBytes();
    }

    boolean hasRoom(long bytes) {
        lock.lock();
        try {
            return fits(bytes);
        } finally {
            lock.unlock();
        }
    }

    /** A chunk's flight, or null where the budget has no room for it. */
    Flight tryBegin(Job job, long bytes, long nowNanos) {
        boolean first;
        Flight flight;
        lock.lock();
        try {
            if (!fits(bytes)) {
                return null;
            }
            first = flights.isEmpty();
            if (first) {
                answeredNanos = nowNanos;
            }
            flight = new Flight(this, job, bytes, nowNanos);
            flights.add(flight);
            inFlightBytes += bytes;
        } finally {
            lock.unlock();
        }
        if (first) {
            begun.run();
        }
        return flight;
    }

    /** Under the lock. A lone chunk always fits: a job may cut larger ones than the law counts in. */
    private boolean fits(long bytes) {
        return !fenced && (flights.isEmpty() || bytes <= law.windowBytes() - inFlightBytes);
    }

    void shrink(Flight flight, long bytes) {
        lock.lock();
        try {
            if (flight.mountBytes() <= bytes) {
                return;
            }
            inFlightBytes -= flight.mountBytes() - bytes;
            flight.mountBytes(bytes);
        } finally {
            lock.unlock();
        }
        roomFreed();
    }

    /** The flight is over; where the mount answered, the fence is lifted. */
    void ended(Flight flight, long nowNanos) {
        boolean telling = flight.isTelling();
        boolean wanted = telling && pools.stream().anyMatch(MountPool::hasWork);
        long fencedFor = -1;
        MountState lifted = null;
        lock.lock();
        try {
            if (!flights.remove(flight)) {
                return;
            }
            if (telling) {
                law.returned(flight.mountBytes(), flight.begunNanos(), nowNanos, wanted);
            }
            inFlightBytes -= flight.mountBytes();
            if (flight.isAnswered()) {
                answeredNanos = nowNanos;
                if (fenced) {
                    fenced = false;
                    fencedFor = nowNanos - fencedNanos;
                    law.beginSmall();
                    lifted = stateLocked(nowNanos);
                }
            }
            if (flights.isEmpty() || flight.isRefused()) {
                law.heldBack();
            }
        } finally {
            lock.unlock();
        }
        if (lifted != null) {
            MountState now = lifted;
            long nanos = fencedFor;
            Failure.contain(() -> listener.lifted(now, nanos));
            begun.run();
        }
        roomFreed();
    }

    private void roomFreed() {
        pools.forEach(MountPool::roomFreed);
    }

    /** Fences the mount when it has been silent for too long. Returns whether it must be looked at again. */
    boolean look(long nowNanos) {
        List<Flight> stuck;
        MountState state;
        long silentNanos;
        lock.lock();
        try {
            if (fenced || flights.isEmpty()) {
                return false;
            }
            silentNanos = nowNanos - answeredNanos;
            if (silentNanos < patienceNanos(law.latencyNanos())) {
                return true;
            }
            fenced = true;
            fencedNanos = nowNanos;
            stuck = new ArrayList<>(flights);
            state = stateLocked(nowNanos);
        } finally {
            lock.unlock();
        }
        stuck.forEach(Flight::fence);
        Failure.contain(() -> listener.fenced(state, silentNanos));
        return false;
    }

    /** How long a mount may be silent whose chunks usually take so long. */
    static long patienceNanos(long latencyNanos) {
        long usual = Math.min(latencyNanos, MOST_SILENCE_NANOS) * LATENCIES;
        return Math.clamp(usual, SILENCE_NANOS, MOST_SILENCE_NANOS);
    }

    MountState state(long nowNanos) {
        lock.lock();
        try {
            return stateLocked(nowNanos);
        } finally {
            lock.unlock();
        }
    }

    private MountState stateLocked(long nowNanos) {
        return new MountState(
                device,
                fsType,
                fenced ? 0 : law.windowBytes(),
                law.mostBytes(),
                inFlightBytes,
                law.latencyNanos(),
                fenced ? Math.max(0, nowNanos - fencedNanos) : -1);
    }
}
