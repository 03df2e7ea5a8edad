package dev.nowake.agent.govern;

import dev.nowake.agent.execute.Placement;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * The law: a load lives on room it has made. Bytes are acquired before they are asked of storage, out of memory that is free
 * above every zone's high watermark less a margin, on the node they are for, a smaller one for room the load has emptied again;
 * so bytes prefetched never exceed room plus bytes released, and no prefetch takes a zone to the point where kswapd wakes. Without room nothing is acquired. No I/O, no
 * clock, no threads: whoever calls it says what memory looks like and what time it is, and holds one lock for all calls.
 */
final class RoomLaw {
    /** How long one look at memory serves: at 2 GB/s 50 ms are 100 MB, inside the margin; a look costs under a millisecond. */
    static final long LOOK_NANOS = 50_000_000L;

    /** A load that has not asked for so long lends its emptied room to others. */
    private static final long ASKING_NANOS = 2 * LOOK_NANOS;

    /** Kept of a load's emptied room for itself: what it can put in flight before the next look. More would sit idle. */
    private static final long MOST_KEPT_BYTES = 256L << 20;

    /** After the kernel has reclaimed: long enough that a load does not run into the same shortage with each breath. */
    static final long UNREST_NANOS = 2_000_000_000L;

    /** What happened between two looks further apart than this says nothing about now. */
    private static final long RECENT_NANOS = 1_000_000_000L;

    /** Of the time between two looks, that some task waited for memory: a host without shortage stays under a hundredth. */
    private static final int STALLED_DIVISOR = 20;

    private static final class Node {
        private long roomBytes;
        private final FolioOrder order = new FolioOrder();
    }

    private final long inFlightLimitBytes;
    private final Map<Integer, Node> nodes = new HashMap<>();
    private final Set<Ledger> ledgers = new LinkedHashSet<>();
    private final Margin margin = new Margin();
    private MemoryState state = MemoryState.UNKNOWN;
    private long lookedNanos;
    private boolean looked;
    private long unrestUntilNanos;
    private boolean unrest;
    private long marginBytes;
    private long anywhereRoomBytes;
    private long ownLimitBytes;
    private final Map<Placement, Long> inFlight = new HashMap<>();
    private long inFlightBytes;
    private long takenSinceLookBytes;
    private long releasedSinceLookBytes;
    private Shortage shortage = Shortage.NONE;

    RoomLaw(long inFlightLimitBytes) {
        this.inFlightLimitBytes = inFlightLimitBytes;
    }

    /** Its chunks may still settle afterwards; it acquires nothing more. */
    void close(Ledger ledger) {
        ledger.close();
        ledgers.remove(ledger);
    }

    boolean needsLook(long nowNanos) {
        return !looked || nowNanos - lookedNanos >= LOOK_NANOS;
    }

    /** Memory was looked at; never earlier than the state was read. */
    void look(MemoryState now, long nowNanos) {
        noteUnrest(now, nowNanos);
        margin.seen(now.freeBytes(), takenSinceLookBytes, releasedSinceLookBytes, nowNanos);
        long readers = 0;
        for (Ledger ledger : ledgers) {
            readers += ledger.readBytesPerSecond();
        }
        marginBytes = margin.bytes(readers, unrest);
        // what is in flight may or may not have been allocated yet: counting it again errs to the safe side
        anywhereRoomBytes = -marginBytes - inFlightBytes;
        nodes.keySet().retainAll(now.nodes().stream().map(MemoryState.Node::id).toList());
        for (MemoryState.Node seen : now.nodes()) {
            Node node = nodes.computeIfAbsent(seen.id(), id -> new Node());
            node.roomBytes = seen.aboveMarksBytes() - marginBytes;
            anywhereRoomBytes += seen.aboveMarksBytes();
            node.order.seen(seen.blockBytes(), inFlightBytes + marginBytes, unrest);
        }
        inFlight.forEach((placement, bytes) -> takeFromNodes(bytes, placement));
        ownLimitBytes = now.ownLimitBytes() == Long.MAX_VALUE ? Long.MAX_VALUE : now.ownLimitBytes() - inFlightBytes;
        state = now;
        lookedNanos = nowNanos;
        looked = true;
        takenSinceLookBytes = 0;
        releasedSinceLookBytes = 0;
    }

    private void noteUnrest(MemoryState now, long nowNanos) {
        boolean recent = looked && nowNanos - lookedNanos <= RECENT_NANOS;
        boolean reclaimed = recent && state.reclaimEvents() >= 0 && now.reclaimEvents() > state.reclaimEvents();
        boolean stalled = recent
                && state.stalledMicros() >= 0
                && now.stalledMicros() - state.stalledMicros() > (nowNanos - lookedNanos) / 1000 / STALLED_DIVISOR;
        if (reclaimed || stalled) {
            unrestUntilNanos = nowNanos + UNREST_NANOS;
        }
        unrest = reclaimed || stalled || (unrest && nowNanos - unrestUntilNanos < 0);
    }

    /** Takes bytes for one load, or none. {@link #look} must have been called when {@link #needsLook} said so. */
    boolean tryAcquire(Ledger ledger, long bytes, Placement placement, long nowNanos) {
        if (ledger.isClosed()) {
            return false;
        }
        ledgers.add(ledger);
        ledger.asks(nowNanos);
        shortage = shortageOf(ledger, bytes, placement, nowNanos);
        ledger.answered(shortage);
        if (shortage != Shortage.NONE) {
            return false;
        }
        takeFromNodes(bytes, placement);
        inFlight.merge(placement, bytes, Long::sum);
        anywhereRoomBytes -= bytes;
        if (ownLimitBytes != Long.MAX_VALUE) {
            ownLimitBytes -= bytes;
        }
        inFlightBytes += bytes;
        takenSinceLookBytes += bytes;
        ledger.acquired(bytes);
        return true;
    }

    /** Bytes for no node in particular may come from each of them. */
    private void takeFromNodes(long bytes, Placement placement) {
        BitSet on = nodesOf(placement);
        if (on.isEmpty()) {
            nodes.values().forEach(node -> node.roomBytes -= bytes);
        } else {
            long share = Math.ceilDiv(bytes, on.cardinality());
            on.stream().forEach(id -> nodes.get(id).roomBytes -= share);
        }
    }

    /** Whether {@link #tryAcquire} would succeed, without taking anything. */
    boolean couldAcquire(Ledger ledger, long bytes, Placement placement, long nowNanos) {
        return shortageOf(ledger, bytes, placement, nowNanos) == Shortage.NONE;
    }

    /** Memory cannot be read. */
    boolean isBlind() {
        return state.nodes().isEmpty();
    }

    private Shortage shortageOf(Ledger ledger, long bytes, Placement placement, long nowNanos) {
        if (isBlind()) {
            return Shortage.UNKNOWN;
        }
        if (bytes > inFlightLimitBytes - inFlightBytes) {
            return Shortage.IN_FLIGHT;
        }
        if (bytes > ownLimitBytes) {
            return Shortage.OWN_LIMIT;
        }
        boolean recycled = bytes <= ledger.creditBytes();
        long room = roomBytes(placement) + (recycled ? marginBytes - Margin.RECYCLED_BYTES : 0);
        if (bytes > room) {
            return Shortage.MEMORY;
        }
        return bytes > room - keptForOthers(ledger, nowNanos) ? Shortage.OTHER_LOADS : Shortage.NONE;
    }

    private long keptForOthers(Ledger ledger, long nowNanos) {
        long kept = 0;
        for (Ledger other : ledgers) {
            if (other != ledger && other.isAsking(nowNanos, ASKING_NANOS)) {
                kept += Math.min(MOST_KEPT_BYTES, other.creditBytes());
            }
        }
        return kept;
    }

    /** What could be acquired there now, by a load that is alone; less than nothing when others have taken the margin. */
    long roomBytes(Placement placement) {
        BitSet on = nodesOf(placement);
        if (on.isEmpty()) {
            return Math.min(anywhereRoomBytes, ownLimitBytes);
        }
        long least = on.stream().mapToLong(id -> nodes.get(id).roomBytes).min().orElseThrow();
        return Math.min(Math.min(ownLimitBytes, anywhereRoomBytes), least > 0 ? least * on.cardinality() : least);
    }

    /** The nodes named that are there; none where none is named, or none of them is. */
    private BitSet nodesOf(Placement placement) {
        BitSet there = new BitSet();
        placement.nodes().stream().filter(nodes::containsKey).forEach(there::set);
        return there;
    }

    /**
     * A chunk has been looked at, or was not needed.
     *
     * @param acquiredBytes given back of what was acquired for this placement
     * @param landedBytes new pages among them
     */
    void settle(Ledger ledger, long acquiredBytes, long landedBytes, Placement placement) {
        inFlight.merge(placement, -acquiredBytes, (before, less) -> before + less == 0 ? null : before + less);
        inFlightBytes -= acquiredBytes;
        takenSinceLookBytes -= acquiredBytes - landedBytes;
        ledger.settled(acquiredBytes, landedBytes);
    }

    /** Pages of the load's files were dropped. */
    void released(Ledger ledger, long bytes) {
        releasedSinceLookBytes += bytes;
        ledger.released(bytes);
    }

    /** Whether what is fetched there now shall be single pages. */
    boolean isSinglePages(Placement placement) {
        BitSet on = nodesOf(placement);
        if (on.isEmpty()) {
            return nodes.isEmpty() || nodes.values().stream().anyMatch(node -> node.order.isSingle());
        }
        return on.stream().anyMatch(id -> nodes.get(id).order.isSingle());
    }

    /** Why the last acquisition got nothing. */
    Shortage shortage() {
        return shortage;
    }

    long inFlightBytes() {
        return inFlightBytes;
    }

    long marginBytes() {
        return marginBytes;
    }

    /** The kernel reclaimed memory, or tasks waited for it, within the last two seconds. */
    boolean isUnrest() {
        return unrest;
    }

    long outsideBytesPerSecond() {
        return margin.outsideBytesPerSecond();
    }
}
