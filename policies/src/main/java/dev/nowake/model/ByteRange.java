package dev.nowake.model;

/** Bytes {@code [start, end)} of a file. Never empty, never negative. */
public record ByteRange(long start, long end) implements Comparable<ByteRange> {
    public ByteRange {
        if (start < 0 || end <= start) {
            throw new IllegalArgumentException("not a range: [" + start + ", " + end + ")");
        }
    }

    public static ByteRange ofLength(long start, long lengthBytes) {
        return new ByteRange(start, Math.addExact(start, lengthBytes));
    }

    public long lengthBytes() {
        return end - start;
    }

    public boolean contains(long offset) {
        return offset >= start && offset < end;
    }

    @Override
    public int compareTo(ByteRange other) {
        int byStart = Long.compare(start, other.start);
        return byStart != 0 ? byStart : Long.compare(end, other.end);
    }
}
