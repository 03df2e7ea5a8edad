package dev.nowake.policy.sim;

import dev.nowake.model.ByteRange;
import dev.nowake.model.RangeSet;
import java.util.PriorityQueue;

/**
 * What the policy wants and storage has not been asked for, and the governor that lets it go: within the bytes in flight and
 * the free memory less a margin, as in the daemon. Without room it waits; nothing is dropped to make some.
 */
final class PrefetchQueue {
    /** The daemon's limit. */
    private static final long IN_FLIGHT_BYTES = 256L << 20;

    /** 2 MiB, the daemon's smaller chunk: a reader's miss waits for one of them at most. */
    private static final int CHUNK_BLOCKS = 16;

    private static final class Wish implements Comparable<Wish> {
        private final int file;
        private final int priority;
        private final long order;
        private final int end;
        private int next;

        private Wish(int file, int priority, long order, int next, int end) {
            this.file = file;
            this.priority = priority;
            this.order = order;
            this.next = next;
            this.end = end;
        }

        @Override
        public int compareTo(Wish other) {
            int byPriority = Integer.compare(other.priority, priority);
            return byPriority != 0 ? byPriority : Long.compare(order, other.order);
        }
    }

    private final PriorityQueue<Wish> wishes = new PriorityQueue<>();
    private final SimulatedCache cache;
    private final SimulatedStorage storage;
    private final long marginBytes;
    private long order;
    private long inFlightBytes;

    PrefetchQueue(SimulatedCache cache, SimulatedStorage storage, long marginBytes) {
        this.cache = cache;
        this.storage = storage;
        this.marginBytes = marginBytes;
    }

    void add(int file, RangeSet ranges, int priority) {
        for (ByteRange range : ranges.ranges()) {
            wishes.add(new Wish(
                    file, priority, order++, cache.block(file, range.start()), cache.block(file, range.end() - 1) + 1));
        }
    }

    void clear() {
        wishes.clear();
    }

    /** A prefetch has arrived. */
    void landed(long bytes) {
        inFlightBytes -= bytes;
    }

    /** Asks storage for as much as it and the governor take now. */
    void pump() {
        while (!wishes.isEmpty() && storage.takesPrefetch()) {
            Wish wish = wishes.peek();
            while (wish.next < wish.end && !cache.isAbsent(wish.next)) {
                wish.next++;
            }
            if (wish.next >= wish.end) {
                wishes.remove();
                continue;
            }
            int count = cache.absentRun(wish.next, Math.min(wish.end, wish.next + CHUNK_BLOCKS));
            long most = (long) count * SimulatedCache.BLOCK_BYTES;
            if (most > IN_FLIGHT_BYTES - inFlightBytes || most > cache.freeBytes() - marginBytes) {
                return;
            }
            send(wish, count);
        }
    }

    private void send(Wish wish, int count) {
        long bytes = 0;
        for (int block = wish.next; block < wish.next + count; block++) {
            bytes += cache.bytesOf(wish.file, block);
            cache.fetch(wish.file, block, true);
        }
        inFlightBytes += bytes;
        storage.submit(new SimulatedStorage.Request(wish.file, wish.next, wish.next + count, bytes, true));
        wish.next += count;
    }
}
