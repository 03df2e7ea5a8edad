package dev.nowake.agent.govern;

import java.util.List;

/**
 * What the law is told of the host's memory at one moment. Immutable.
 *
 * @param nodes those that have memory; empty where it cannot be read, and then there is no room
 * @param ownLimitBytes what this process may still charge to its memory cgroup; Long.MAX_VALUE without a limit
 * @param reclaimEvents grows with every page kswapd or an allocating task has scanned and every stalled allocation; -1 unknown
 * @param stalledMicros time some task waited for memory since boot (PSI); -1 where the kernel keeps none
 */
public record MemoryState(List<Node> nodes, long ownLimitBytes, long reclaimEvents, long stalledMicros) {
    /**
     * One NUMA node.
     *
     * @param freeBytes free pages of all its zones
     * @param aboveMarksBytes what of it may be taken before any zone is at its high watermark, boost included
     * @param blockBytes what of it lies in blocks large enough for the largest folio; -1 where the kernel does not say
     */
    public record Node(int id, long freeBytes, long aboveMarksBytes, long blockBytes) {}

    public MemoryState {
        nodes = List.copyOf(nodes);
    }

    public static final MemoryState UNKNOWN = new MemoryState(List.of(), Long.MAX_VALUE, -1, -1);

    public long freeBytes() {
        return nodes.stream().mapToLong(Node::freeBytes).sum();
    }
}
