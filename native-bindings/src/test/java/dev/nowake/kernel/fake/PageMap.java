package dev.nowake.kernel.fake;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntUnaryOperator;

/**
 * The page cache of one file, by page number. Ranges are {@code [first, end)}. Not thread-safe: the kernel's lock is held
 * by whoever calls.
 */
final class PageMap {
    private final BitSet resident = new BitSet();
    /** First page of each folio; a folio ends where the next begins or residency does. */
    private final BitSet heads = new BitSet();

    private final BitSet dirty = new BitSet();
    private final BitSet writeback = new BitSet();
    private final BitSet inFlight = new BitSet();
    private final List<BitSet> mappers = new ArrayList<>();
    private final Map<Integer, BitSet> nodes = new HashMap<>();

    /** Brings in what is missing, in naturally aligned folios of up to 2^order pages. Returns pages brought in. */
    int populate(int first, int end, int order, IntUnaryOperator nodeOfPage) {
        int added = 0;
        for (int at = resident.nextClearBit(first); at < end; at = resident.nextClearBit(at)) {
            int stop = nextSet(resident, at, end);
            while (at < stop) {
                int block = 1 << Math.min(order, Integer.numberOfTrailingZeros(at));
                while (at + block > stop) {
                    block >>= 1;
                }
                heads.set(at);
                resident.set(at, at + block);
                nodes.computeIfAbsent(nodeOfPage.applyAsInt(at), node -> new BitSet())
                        .set(at, at + block);
                at += block;
                added += block;
            }
        }
        return added;
    }

    /** As {@link #populate} with single pages that are locked until {@link #land}. */
    int startReading(int first, int end, IntUnaryOperator nodeOfPage) {
        BitSet before = resident.get(first, Math.max(first, end));
        int added = populate(first, end, 0, nodeOfPage);
        for (int page = first; page < end; page++) {
            if (!before.get(page - first)) {
                inFlight.set(page);
            }
        }
        return added;
    }

    /** Reads in flight are done. */
    void land() {
        inFlight.clear();
    }

    void makeDirty(int first, int end) {
        populate(first, end, 0, page -> 0);
        dirty.set(first, Math.max(first, end));
    }

    /** Pages whose writing had begun are clean. */
    void finishWriteback() {
        writeback.clear();
    }

    /**
     * POSIX_FADV_DONTNEED: drops folios wholly inside that are clean, unmapped and not in flight, and begins to write the
     * dirty ones, which a later call finds clean. Returns pages dropped.
     */
    int evict(int first, int end) {
        writeback.clear(first, Math.max(first, end));
        int dropped = 0;
        for (int head = heads.nextSetBit(first); head >= 0 && head < end; head = heads.nextSetBit(head + 1)) {
            int tail = folioEnd(head);
            if (tail <= end && !isHeld(head, tail) && !isMapped(head, tail)) {
                drop(head, tail);
                dropped += tail - head;
            }
        }
        for (int page = dirty.nextSetBit(first); page >= 0 && page < end; page = dirty.nextSetBit(page + 1)) {
            dirty.clear(page);
            writeback.set(page);
        }
        return dropped;
    }

    /** Reclaim: drops clean folios of a node nobody maps, until {@code wanted} pages are gone. Returns pages dropped. */
    int reclaim(int node, int wanted) {
        BitSet there = nodes.getOrDefault(node, new BitSet());
        int dropped = 0;
        for (int head = heads.nextSetBit(0); head >= 0 && dropped < wanted; head = heads.nextSetBit(head + 1)) {
            int tail = folioEnd(head);
            if (there.get(head) && !isHeld(head, tail) && !isMapped(head, tail)) {
                drop(head, tail);
                dropped += tail - head;
            }
        }
        return dropped;
    }

    /** MADV_PAGEOUT by one mapper: drops its clean folios nobody else maps. */
    int pageOut(int first, int end, BitSet mapper) {
        int dropped = 0;
        for (int head = heads.nextSetBit(first); head >= 0 && head < end; head = heads.nextSetBit(head + 1)) {
            int tail = folioEnd(head);
            boolean mine = anySet(mapper, head, tail);
            if (tail <= end && mine && !isHeld(head, tail) && mapCount(head, tail) == 1) {
                mapper.clear(head, tail);
                drop(head, tail);
                dropped += tail - head;
            }
        }
        return dropped;
    }

    /** Drops everything from a page on, whatever its state, and takes it out of all mappings. */
    void dropFrom(int first) {
        int end = Math.max(first, resident.length());
        drop(first, end);
        dirty.clear(first, end);
        writeback.clear(first, end);
        inFlight.clear(first, end);
        for (BitSet mapper : mappers) {
            mapper.clear(first, Math.max(first, mapper.length()));
        }
    }

    /** A new mapping: set bits are pages its owner has touched. */
    BitSet addMapper() {
        BitSet mapper = new BitSet();
        mappers.add(mapper);
        return mapper;
    }

    void removeMapper(BitSet mapper) {
        mappers.removeIf(each -> each == mapper);
    }

    boolean isResident(int page) {
        return resident.get(page);
    }

    /** Resident and read to the end: what mincore and RWF_NOWAIT call resident. */
    boolean isUpToDate(int page) {
        return resident.get(page) && !inFlight.get(page);
    }

    int residentPages(int first, int end) {
        return count(resident, first, end);
    }

    int dirtyPages(int first, int end) {
        return count(dirty, first, end);
    }

    int writebackPages(int first, int end) {
        return count(writeback, first, end);
    }

    /** -1 where the page is not resident. */
    int node(int page) {
        for (Map.Entry<Integer, BitSet> entry : nodes.entrySet()) {
            if (entry.getValue().get(page)) {
                return entry.getKey();
            }
        }
        return -1;
    }

    /** First page at or after {@code from} whose being up to date equals {@code wanted}; {@code end} at the latest. */
    int next(boolean wanted, int from, int end) {
        int page = from;
        while (page < end && isUpToDate(page) != wanted) {
            page++;
        }
        return Math.min(page, end);
    }

    private int folioEnd(int head) {
        return nextSet(heads, head + 1, resident.nextClearBit(head));
    }

    private boolean isHeld(int head, int tail) {
        return anySet(dirty, head, tail) || anySet(writeback, head, tail) || anySet(inFlight, head, tail);
    }

    private boolean isMapped(int head, int tail) {
        return mapCount(head, tail) > 0;
    }

    private int mapCount(int head, int tail) {
        int count = 0;
        for (BitSet mapper : mappers) {
            count += anySet(mapper, head, tail) ? 1 : 0;
        }
        return count;
    }

    private void drop(int first, int end) {
        resident.clear(first, end);
        heads.clear(first, end);
        nodes.values().forEach(pages -> pages.clear(first, end));
    }

    private static boolean anySet(BitSet set, int first, int end) {
        int next = set.nextSetBit(first);
        return next >= 0 && next < end;
    }

    private static int nextSet(BitSet set, int from, int end) {
        int next = set.nextSetBit(from);
        return next < 0 ? end : Math.min(next, end);
    }

    private static int count(BitSet set, int first, int end) {
        int count = 0;
        for (int at = set.nextSetBit(first); at >= 0 && at < end; at = set.nextSetBit(at)) {
            int stop = Math.min(set.nextClearBit(at), end);
            count += stop - at;
            at = stop;
        }
        return count;
    }
}
