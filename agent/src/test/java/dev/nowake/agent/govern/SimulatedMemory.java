package dev.nowake.agent.govern;

import dev.nowake.agent.execute.Placement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A host in virtual time, for the law: free memory of one node, a cache full of others' pages that nobody may name, loads that
 * prefetch, readers of many kinds, and somebody who allocates beside them. Steps of a millisecond. The kernel is played as
 * one that never reclaims: free memory under the watermark is what kswapd would have woken for.
 */
final class SimulatedMemory {
    static final long MIB = 1L << 20;
    static final long MARK_BYTES = 100 * MIB;
    private static final long STEP_NANOS = 1_000_000L;
    private static final long CHUNK_BYTES = 2 * MIB;

    /** A chunk under way for so long: 32 MiB in flight are 2 GB/s. */
    private static final int LATENCY_STEPS = 16;

    private static final int STREAMS = 16;

    enum Manner {
        SEQUENTIAL,
        PAUSES,
        GOES_BACK,
        KILLED
    }

    /** One model and its one reader. */
    final class Load {
        final Ledger ledger = new Ledger();
        final long sizeBytes;
        final long readPerStepBytes;
        final Manner manner;
        final List<int[]> flights = new ArrayList<>();
        long askedBytes;
        long landedBytes;
        long readBytes;
        long droppedBytes;
        long ownReadBytes;
        boolean done;
        boolean wentBack;

        Load(long sizeBytes, long readPerStepBytes, Manner manner) {
            this.sizeBytes = sizeBytes;
            this.readPerStepBytes = readPerStepBytes;
            this.manner = manner;
        }

        /** In page cache for this load, allocated when asked for. */
        long residentBytes() {
            return Math.max(askedBytes, readBytes) - droppedBytes;
        }
    }

    final RoomLaw law = new RoomLaw(256 * MIB);
    final List<Load> loads = new ArrayList<>();
    final Random random;
    private final long windowBytes;
    private final long outsidePerStepBytes;
    long freeBytes;
    long foreignCacheBytes;
    private long nowNanos = 1;
    private int step;

    /** Taken since the last look by everybody but prefetch. */
    long takenByOthersBytes;

    /** Taken since the last look by prefetch. */
    long takenByPrefetchBytes;

    private long marginAtLookBytes;

    SimulatedMemory(long freeBytes, long windowBytes, long outsidePerStepBytes, long seed) {
        this.freeBytes = freeBytes;
        this.foreignCacheBytes = 8192 * MIB;
        this.windowBytes = windowBytes;
        this.outsidePerStepBytes = outsidePerStepBytes;
        this.random = new Random(seed);
    }

    void add(long sizeBytes, long readPerStepBytes, Manner manner) {
        loads.add(new Load(sizeBytes, readPerStepBytes, manner));
    }

    long nowNanos() {
        return nowNanos;
    }

    /** Some load has emptied room, and may take it again up to a smaller margin. */
    boolean recycles() {
        return loads.stream().anyMatch(load -> load.ledger.releasedBytes() > 0);
    }

    long marginAtLookBytes() {
        return marginAtLookBytes;
    }

    long aboveMarkBytes() {
        return freeBytes - MARK_BYTES;
    }

    boolean isDone() {
        return loads.stream().allMatch(load -> load.done);
    }

    /** One millisecond. Every 100 ms readers are looked at, and what they have passed is dropped where {@code dropsBehind}. */
    void step(boolean dropsBehind) {
        step++;
        nowNanos += STEP_NANOS;
        takeOutside();
        for (Load load : loads) {
            if (!load.done) {
                land(load);
                read(load);
                if (step % 100 == 0) {
                    load.ledger.readsAt(load.readPerStepBytes * 1000);
                    if (dropsBehind) {
                        drop(load, load.readBytes);
                    }
                }
            }
        }
        loads.forEach(load -> {
            if (!load.done) {
                prefetch(load);
            }
        });
    }

    private void takeOutside() {
        long taken = outsidePerStepBytes == 0 ? 0 : random.nextLong(2 * outsidePerStepBytes + 1);
        freeBytes -= taken;
        takenByOthersBytes += taken;
    }

    private void land(Load load) {
        load.flights.removeIf(flight -> {
            boolean landed = flight[0] <= step;
            if (landed) {
                law.settle(load.ledger, flight[1], flight[1], Placement.ANYWHERE);
                load.landedBytes += flight[1];
            }
            return landed;
        });
    }

    private void read(Load load) {
        if (load.manner == Manner.PAUSES && (step / 500) % 2 == 1) {
            return;
        }
        if (load.manner == Manner.KILLED && load.readBytes > load.sizeBytes / 2) {
            end(load);
            return;
        }
        if (load.manner == Manner.GOES_BACK && !load.wentBack && load.readBytes > load.sizeBytes / 2) {
            load.wentBack = true;
            load.askedBytes = 0;
            load.readBytes = 0;
            freeBytes += load.residentBytes() + load.droppedBytes;
            load.droppedBytes = 0;
            return;
        }
        long to = Math.min(load.sizeBytes, load.readBytes + load.readPerStepBytes);
        long missing = Math.max(0, to - Math.max(load.askedBytes, load.readBytes));
        freeBytes -= missing; // the reader's own pages
        takenByOthersBytes += missing;
        load.ownReadBytes += missing;
        load.askedBytes = Math.max(load.askedBytes, to);
        load.readBytes = to;
        if (to == load.sizeBytes && load.flights.isEmpty()) {
            end(load);
        }
    }

    private void end(Load load) {
        drop(load, Math.max(load.askedBytes, load.readBytes));
        load.flights.forEach(flight -> law.settle(load.ledger, flight[1], 0, Placement.ANYWHERE));
        load.flights.clear();
        law.close(load.ledger);
        load.done = true;
    }

    private void drop(Load load, long toBytes) {
        long bytes = Math.max(0, toBytes - load.droppedBytes);
        load.droppedBytes += bytes;
        freeBytes += bytes;
        law.released(load.ledger, bytes);
    }

    private void prefetch(Load load) {
        while (load.flights.size() < STREAMS
                && load.askedBytes < Math.min(load.sizeBytes, load.readBytes + windowBytes)) {
            if (law.needsLook(nowNanos)) {
                look();
            }
            long bytes = Math.min(CHUNK_BYTES, load.sizeBytes - load.askedBytes);
            if (!law.tryAcquire(load.ledger, bytes, Placement.ANYWHERE, nowNanos)) {
                return;
            }
            load.askedBytes += bytes;
            freeBytes -= bytes;
            takenByPrefetchBytes += bytes;
            load.flights.add(new int[] {step + LATENCY_STEPS, (int) bytes});
        }
    }

    private void look() {
        MemoryState.Node node = new MemoryState.Node(0, freeBytes, Math.max(0, aboveMarkBytes()), 4096 * MIB);
        law.look(new MemoryState(List.of(node), Long.MAX_VALUE, 0, 0), nowNanos);
        takenByOthersBytes = 0;
        takenByPrefetchBytes = 0;
        marginAtLookBytes = law.marginBytes();
    }
}
