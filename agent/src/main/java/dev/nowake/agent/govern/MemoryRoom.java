package dev.nowake.agent.govern;

import dev.nowake.kernel.proc.ZoneInfo;
import java.nio.file.Path;
import java.util.function.LongSupplier;

/**
 * Free memory that can be taken without waking kswapd: free pages above each zone's high watermark (boost included), less a margin.
 * Reads /proc; not thread-safe, the governor's lock guards it.
 */
public final class MemoryRoom implements LongSupplier {
    /**
     * What others may take between two looks: readers at 2 GB/s allocate some 100 MB in 50 ms, for
     * page cache that was not prefetched or for their own copy. Twice that and a little more, because both happen at once.
     * Too small wakes kswapd, too large leaves memory unused at the end of a load.
     */
    private static final long MARGIN_BYTES = 256L << 20;

    private final Path root;

    public MemoryRoom(Path root) {
        this.root = root;
    }

    /**
     * Bytes; 0 when there is no room, or /proc cannot be read: then nothing is prefetched. The zones are asked, not MemFree
     * of /proc/meminfo: on a guest with a memory balloon that was seen to count 13 GiB the zones do not have, and kswapd
     * wakes by zone.
     */
    @Override
    public long getAsLong() {
        long room = -MARGIN_BYTES;
        for (ZoneInfo.Zone zone : ZoneInfo.read(root).zones()) {
            room += Math.max(0, zone.freeBytes() - zone.highBytes());
        }
        return Math.max(0, room);
    }
}
