package dev.nowake.kernel.proc;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** The page size /proc counts in: AT_PAGESZ of {@code /proc/self/auxv} (getauxval(3)). */
public final class PageSize {
    private static final long AT_PAGESZ = 6;
    private static final long USUAL_BYTES = 4096;

    private PageSize() {}

    /** Bytes; 4096 where the tree does not tell. */
    public static long bytes(Path root) {
        byte[] auxv = ProcFile.text(root.resolve("proc/self/auxv")).getBytes(StandardCharsets.ISO_8859_1);
        ByteBuffer entries = ByteBuffer.wrap(auxv).order(ByteOrder.nativeOrder());
        while (entries.remaining() >= 16) {
            long type = entries.getLong();
            long value = entries.getLong();
            if (type == AT_PAGESZ && value >= USUAL_BYTES && value <= 1 << 20 && Long.bitCount(value) == 1) {
                return value;
            }
        }
        return USUAL_BYTES;
    }
}
