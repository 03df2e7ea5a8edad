package dev.nowake.kernel.linux;

/** A byte range inside a file: {@code start} up to, not including, {@code end}. */
record ByteSpan(long start, long end) {
    /** The part of the range that lies within a file of {@code sizeBytes}. Rejects negative numbers. */
    static ByteSpan clamped(long offsetBytes, long lengthBytes, long sizeBytes) {
        if (offsetBytes < 0 || lengthBytes < 0) {
            throw new IllegalArgumentException("negative range " + offsetBytes + "+" + lengthBytes);
        }
        long start = Math.min(offsetBytes, sizeBytes);
        return new ByteSpan(start, start + Math.min(lengthBytes, sizeBytes - start));
    }

    long length() {
        return end - start;
    }

    boolean isEmpty() {
        return end == start;
    }
}
