package dev.nowake.agent.govern;

import dev.nowake.kernel.proc.MemInfo;
import dev.nowake.kernel.proc.ZoneInfo;
import java.nio.file.Path;
import java.util.function.LongSupplier;

/**
 * Free memory that can be taken without waking kswapd: MemFree above every zone's high watermark (boost included), less a margin.
 * Reads /proc; not thread-safe, the governor's lock guards it.
 */
public final class MemoryRoom implements LongSupplier {
    /**
     * What others may take between two looks: readers at 2 GB/s allocate some 40 MB in 20 ms, once for page cache that was
     * not prefetched and once for their own copy, and a burst of both doubles it. At half of this a load beside a busy
     * allocator was seen to dip below the watermark.
     */
    private static final long MARGIN_BYTES = 256L << 20;

    /** Watermarks move with boosts, which last seconds; MemFree moves with every read. */
    private static final long WATERMARK_AGE_NANOS = 200_000_000L;

    private final Path root;
    private long watermarkBytes;
    private long watermarkNanos;
    private boolean watermarkKnown;

    public MemoryRoom(Path root) {
        this.root = root;
    }

    /** The zones' high watermarks, which the kernel prints with their boost added; beyond all memory where it is silent. */
    private long watermarks() {
        ZoneInfo zones = ZoneInfo.read(root);
        return zones.zones().isEmpty() ? Long.MAX_VALUE / 2 : zones.highBytes(-1);
    }

    /** Bytes; 0 when there is no room, or /proc cannot be read: then nothing is prefetched. */
    @Override
    public long getAsLong() {
        long now = System.nanoTime();
        if (!watermarkKnown || now - watermarkNanos > WATERMARK_AGE_NANOS) {
            watermarkBytes = watermarks();
            watermarkNanos = now;
            watermarkKnown = true;
        }
        return Math.max(0, MemInfo.read(root).freeBytes() - watermarkBytes - MARGIN_BYTES);
    }
}
