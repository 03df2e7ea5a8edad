package dev.nowake.policy.trace;

import dev.nowake.model.ByteRange;

/**
 * One run of bytes that was touched.
 *
 * @param file index into {@link Trace#files}
 * @param node the NUMA node of the CPU that touched it; {@link #UNKNOWN} where that is not known
 * @param timeNanos since the recording began; {@link #UNKNOWN} where that is not known
 * @param pid the process; {@link #UNKNOWN} where that is not known
 */
public record Access(int file, long offsetBytes, long lengthBytes, int node, long timeNanos, int pid) {
    public static final int UNKNOWN = -1;

    public Access {
        if (file < 0 || offsetBytes < 0 || lengthBytes < 1 || offsetBytes > Long.MAX_VALUE - lengthBytes) {
            throw new IllegalArgumentException("not an access: file " + file + ", " + offsetBytes + "+" + lengthBytes);
        }
        if (node < UNKNOWN || timeNanos < UNKNOWN || pid < UNKNOWN) {
            throw new IllegalArgumentException("not an access: node " + node + ", time " + timeNanos + ", pid " + pid);
        }
    }

    public long endBytes() {
        return offsetBytes + lengthBytes;
    }

    public ByteRange range() {
        return new ByteRange(offsetBytes, endBytes());
    }
}
