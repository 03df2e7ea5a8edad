package dev.nowake.model;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** A set of bytes of one file as sorted, disjoint, non-adjacent ranges. Immutable; every operation is linear at most. */
public final class RangeSet {
    public static final RangeSet EMPTY = new RangeSet(List.of());

    private final List<ByteRange> ranges;

    private RangeSet(List<ByteRange> ranges) {
        this.ranges = ranges;
    }

    public static RangeSet of(ByteRange range) {
        return new RangeSet(List.of(range));
    }

    /** The bytes {@code [start, end)}; empty when there are none. */
    public static RangeSet between(long start, long end) {
        return end > start ? of(new ByteRange(start, end)) : EMPTY;
    }

    /** Ranges in any order, overlapping or not. */
    public static RangeSet ofAll(Collection<ByteRange> ranges) {
        if (ranges.isEmpty()) {
            return EMPTY;
        }
        List<ByteRange> sorted = new ArrayList<>(ranges);
        sorted.sort(null);
        List<ByteRange> merged = new ArrayList<>(sorted.size());
        long start = sorted.getFirst().start();
        long end = sorted.getFirst().end();
        for (ByteRange next : sorted) {
            if (next.start() > end) {
                merged.add(new ByteRange(start, end));
                start = next.start();
                end = next.end();
            } else {
                end = Math.max(end, next.end());
            }
        }
        merged.add(new ByteRange(start, end));
        return new RangeSet(List.copyOf(merged));
    }

    public List<ByteRange> ranges() {
        return ranges;
    }

    public boolean isEmpty() {
        return ranges.isEmpty();
    }

    public long bytes() {
        long total = 0;
        for (ByteRange range : ranges) {
            total += range.lengthBytes();
        }
        return total;
    }

    public RangeSet union(RangeSet other) {
        if (isEmpty()) {
            return other;
        }
        if (other.isEmpty()) {
            return this;
        }
        List<ByteRange> all = new ArrayList<>(ranges);
        all.addAll(other.ranges);
        return ofAll(all);
    }

    public RangeSet minus(RangeSet other) {
        if (isEmpty() || other.isEmpty()) {
            return this;
        }
        List<ByteRange> left = new ArrayList<>();
        int j = 0;
        for (ByteRange range : ranges) {
            long at = range.start();
            while (j < other.ranges.size() && other.ranges.get(j).end() <= at) {
                j++;
            }
            for (int k = j; k < other.ranges.size() && other.ranges.get(k).start() < range.end(); k++) {
                ByteRange hole = other.ranges.get(k);
                if (hole.start() > at) {
                    left.add(new ByteRange(at, hole.start()));
                }
                at = Math.max(at, hole.end());
            }
            if (at < range.end()) {
                left.add(new ByteRange(at, range.end()));
            }
        }
        return left.isEmpty() ? EMPTY : new RangeSet(List.copyOf(left));
    }

    public RangeSet intersect(RangeSet other) {
        return minus(minus(other));
    }

    /** The part inside {@code [start, end)}. What lies before it costs only a binary search. */
    public RangeSet within(long start, long end) {
        int low = 0;
        int high = ranges.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (ranges.get(middle).end() <= start) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        List<ByteRange> inside = new ArrayList<>();
        for (int i = low; i < ranges.size() && ranges.get(i).start() < end; i++) {
            long from = Math.max(start, ranges.get(i).start());
            long to = Math.min(end, ranges.get(i).end());
            if (to > from) {
                inside.add(new ByteRange(from, to));
            }
        }
        return inside.isEmpty() ? EMPTY : new RangeSet(List.copyOf(inside));
    }

    /** The first {@code bytes} bytes of the set, in file order. */
    public RangeSet first(long bytes) {
        List<ByteRange> taken = new ArrayList<>();
        long left = bytes;
        for (ByteRange range : ranges) {
            if (left <= 0) {
                break;
            }
            long length = Math.min(left, range.lengthBytes());
            taken.add(ByteRange.ofLength(range.start(), length));
            left -= length;
        }
        return taken.isEmpty() ? EMPTY : new RangeSet(List.copyOf(taken));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RangeSet that && ranges.equals(that.ranges);
    }

    @Override
    public int hashCode() {
        return ranges.hashCode();
    }

    @Override
    public String toString() {
        return ranges.toString();
    }
}
