package dev.nowake.kernel;

/** A run of bytes of a file, as the kernel reports it. */
public record Extent(long offsetBytes, long lengthBytes) {
    public Extent {
        if (offsetBytes < 0 || lengthBytes < 0) {
            throw new IllegalArgumentException("negative extent " + offsetBytes + "+" + lengthBytes);
        }
    }

    public long endBytes() {
        return offsetBytes + lengthBytes;
    }
}
