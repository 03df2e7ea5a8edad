package dev.nowake.model.format;

import dev.nowake.model.ByteSource;
import java.nio.ByteBuffer;

/**
 * A file in memory: some bytes, then zeros up to its size. Counts the bytes read, and can read short or end before the
 * size it told, as a file does that is truncated meanwhile.
 */
final class MemorySource implements ByteSource {
    private static final byte[] ZEROS = new byte[4096];

    private final byte[] start;
    private final long sizeBytes;
    private final long endBytes;
    private final int longestRead;
    private long bytesRead;

    private MemorySource(byte[] start, long sizeBytes, long endBytes, int longestRead) {
        this.start = start;
        this.sizeBytes = sizeBytes;
        this.endBytes = endBytes;
        this.longestRead = longestRead;
    }

    static MemorySource of(byte[] content) {
        return new MemorySource(content, content.length, content.length, Integer.MAX_VALUE);
    }

    /** As large as told, zeros behind the start. */
    static MemorySource sparse(byte[] start, long sizeBytes) {
        return new MemorySource(start, sizeBytes, sizeBytes, Integer.MAX_VALUE);
    }

    MemorySource endingAt(long bytes) {
        return new MemorySource(start, sizeBytes, bytes, longestRead);
    }

    MemorySource readingAtMost(int bytes) {
        return new MemorySource(start, sizeBytes, endBytes, bytes);
    }

    long bytesRead() {
        return bytesRead;
    }

    @Override
    public long sizeBytes() {
        return sizeBytes;
    }

    @Override
    public int read(long offsetBytes, ByteBuffer target) {
        if (offsetBytes < 0) {
            throw new AssertionError("read at " + offsetBytes);
        }
        int count = (int) Math.max(0, Math.min(Math.min(target.remaining(), longestRead), endBytes - offsetBytes));
        int real = (int) Math.max(0, Math.min(count, start.length - offsetBytes));
        if (real > 0) {
            target.put(start, (int) offsetBytes, real);
        }
        for (int zeros = count - real; zeros > 0; zeros -= Math.min(zeros, ZEROS.length)) {
            target.put(ZEROS, 0, Math.min(zeros, ZEROS.length));
        }
        bytesRead += count;
        return count;
    }
}
