package dev.nowake.agent.progress;

import dev.nowake.model.ByteRange;
import dev.nowake.model.RangeSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** What one reader has touched of one file. For one thread. */
final class FileTrack {
    /**
     * Re-reading less than this is no second pass: a buffered reader steps back by its buffer, a fault maps its
     * neighbours, and a folio at a seam may stay when its range was dropped.
     */
    static final long BACK_BYTES = 4L << 20;

    /** What a process reads beside the file between two looks at its counters. */
    private static final long ALLOWED_BYTES = 1L << 20;

    /** A mapping counts as read from start to end while so much of what it spans was touched. */
    private static final double SEQUENTIAL = 0.9;

    private final Map<Integer, Long> positions = new HashMap<>();
    private RangeSet read = RangeSet.EMPTY;
    private RangeSet mapped = RangeSet.EMPTY;
    private RangeSet seen = RangeSet.EMPTY;
    private RangeSet before = RangeSet.EMPTY;
    private boolean here;
    private boolean maps;
    private boolean wentBack;

    /** The reader has it open or mapped, or has it no more: what it touches after a pause is another pass. */
    void present(boolean openOrMapped, boolean isMapped) {
        if (openOrMapped && !here) {
            before = before.union(touched());
            read = RangeSet.EMPTY;
            mapped = RangeSet.EMPTY;
            seen = RangeSet.EMPTY;
            positions.clear();
        }
        here = openOrMapped;
        maps = isMapped;
    }

    /** Descriptors that are closed: one of the same number may be another. */
    void keepOnly(Set<Integer> descriptors) {
        positions.keySet().retainAll(descriptors);
    }

    /**
     * Where a descriptor stands now. {@code readBytes}: what the whole process has read since the last look, -1 where that
     * is unknown; a descriptor that went further has jumped.
     */
    boolean at(int descriptor, long positionBytes, long readBytes, long headerBytes) {
        Long last = positions.put(descriptor, positionBytes);
        long from = last == null ? 0 : last;
        if (positionBytes == from) {
            return false;
        }
        boolean back = positionBytes < from || (last == null && positionBytes > headerBytes);
        if (back && end(read) - positionBytes > BACK_BYTES && stoodAt(positionBytes)) {
            wentBack = true;
        }
        long begin = positionBytes > from && (readBytes < 0 || positionBytes - from <= readBytes + ALLOWED_BYTES)
                ? from
                : Math.max(0, positionBytes - Math.max(0, readBytes));
        read = read.union(RangeSet.between(begin, positionBytes));
        return true;
    }

    private boolean stoodAt(long positionBytes) {
        return positionBytes > 0
                && !read.within(positionBytes - 1, positionBytes).isEmpty();
    }

    /** Pages in its page tables, of those looked at. */
    boolean maps(RangeSet present, RangeSet gone) {
        if (present.intersect(gone.intersect(mapped)).bytes() > BACK_BYTES) {
            wentBack = true;
        }
        long had = mapped.bytes();
        mapped = mapped.union(present);
        return mapped.bytes() > had;
    }

    /** Touched without a trace in positions or page tables. */
    boolean saw(RangeSet ranges, RangeSet gone) {
        if (ranges.intersect(gone.intersect(seen)).bytes() > BACK_BYTES) {
            wentBack = true;
        }
        long had = seen.bytes();
        seen = seen.union(ranges);
        return seen.bytes() > had;
    }

    RangeSet mapped() {
        return mapped;
    }

    boolean isHere() {
        return here;
    }

    boolean isMapped() {
        return maps;
    }

    /** It has the file open, but nothing says what it does there. */
    boolean standsStill() {
        return here && !maps && read.isEmpty();
    }

    boolean wasSeen() {
        return !seen.isEmpty();
    }

    boolean wasRead() {
        return !read.isEmpty();
    }

    RangeSet touched() {
        return read.union(mapped).union(seen);
    }

    FilePlace place(long headerBytes) {
        RangeSet touched = touched();
        long again =
                touched.intersect(before).within(headerBytes, Long.MAX_VALUE).bytes();
        wentBack |= again > BACK_BYTES;
        long at = scalar();
        return new FilePlace(touched, touched, at, at, wentBack);
    }

    /** How far it has got; -1 where it does not go from start to end. */
    private long scalar() {
        if (!maps && seen.isEmpty()) {
            return positions.values().stream().mapToLong(Long::longValue).max().orElse(0);
        }
        RangeSet touched = mapped.union(seen);
        if (touched.isEmpty()) {
            return 0;
        }
        ByteRange first = touched.ranges().getFirst();
        return touched.bytes() >= SEQUENTIAL * (end(touched) - first.start()) ? end(touched) : -1;
    }

    private static long end(RangeSet ranges) {
        return ranges.isEmpty() ? 0 : ranges.ranges().getLast().end();
    }
}
