package dev.nowake.kernel.linux;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/** The page size of the running kernel: 4 KiB on x86_64; 4, 16 or 64 KiB on aarch64. */
final class Pages {
    static final int SIZE_BYTES = sizeBytes(Path.of("/proc/self/auxv"));

    private static final long AT_PAGESZ = 6;

    private Pages() {}

    static long floor(long offsetBytes) {
        return offsetBytes & -SIZE_BYTES;
    }

    static long ceiling(long offsetBytes) {
        return floor(offsetBytes + SIZE_BYTES - 1);
    }

    /** From the auxiliary vector (getauxval(3)): pairs of key and value. */
    static int sizeBytes(Path auxiliaryVector) {
        try {
            ByteBuffer vector =
                    ByteBuffer.wrap(Files.readAllBytes(auxiliaryVector)).order(ByteOrder.nativeOrder());
            while (vector.remaining() >= 16) {
                long key = vector.getLong();
                long value = vector.getLong();
                if (key == AT_PAGESZ) {
                    return Math.toIntExact(value);
                }
            }
        } catch (IOException unreadable) {
            return 4096;
        }
        return 4096;
    }
}
