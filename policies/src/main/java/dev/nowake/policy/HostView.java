package dev.nowake.policy;

import java.util.List;

/**
 * The host's memory, bytes, as the kernel counts it.
 *
 * @param unifiedMemory CPU and accelerator share it
 */
public record HostView(
        long totalBytes,
        long freeBytes,
        long availableBytes,
        PressureView pressure,
        List<NodeView> nodes,
        boolean unifiedMemory) {
    public HostView {
        nodes = List.copyOf(nodes);
    }

    /** A host of which no more is known. */
    public HostView(long totalBytes, long freeBytes, long availableBytes) {
        this(totalBytes, freeBytes, availableBytes, PressureView.NONE, List.of(), false);
    }
}
