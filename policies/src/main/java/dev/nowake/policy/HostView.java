package dev.nowake.policy;

import java.util.List;

/**
 * The host's memory, bytes, as the kernel counts it.
 *
 * @param freeBlockBytes of the free ones, those in blocks of 2 MiB and larger: what a driver or a huge page can have at once;
 *     -1 where the kernel does not tell
 * @param unifiedMemory CPU and accelerator share it
 */
public record HostView(
        long totalBytes,
        long freeBytes,
        long availableBytes,
        long freeBlockBytes,
        PressureView pressure,
        List<NodeView> nodes,
        boolean unifiedMemory) {
    public HostView {
        nodes = List.copyOf(nodes);
    }

    /** A host of which no more is known. */
    public HostView(long totalBytes, long freeBytes, long availableBytes) {
        this(totalBytes, freeBytes, availableBytes, -1, PressureView.NONE, List.of(), false);
    }
}
