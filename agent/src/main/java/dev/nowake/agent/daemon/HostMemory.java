package dev.nowake.agent.daemon;

import dev.nowake.kernel.proc.BuddyInfo;
import dev.nowake.kernel.proc.MemInfo;
import dev.nowake.kernel.proc.NumaTopology;
import dev.nowake.kernel.proc.Pressure;
import dev.nowake.kernel.proc.UnifiedMemory;
import dev.nowake.policy.HostView;
import dev.nowake.policy.NodeView;
import dev.nowake.policy.PressureView;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;

/**
 * The host's memory for policies. How much is free, and in what blocks, is read at most every 50 ms, for plans come in
 * bursts: two files, and one for each node where there are several. Pressure and which nodes there are, a dozen files, only
 * when they are asked for, so that no load waits for them. For one thread.
 */
final class HostMemory implements Supplier<HostView> {
    private static final long AGE_NANOS = 50_000_000L;

    private final Path procRoot;
    private final boolean unified;
    private List<Integer> nodeIds = List.of();
    private PressureView pressure = PressureView.NONE;
    private HostView view;
    private long readNanos;

    HostMemory(Path procRoot) {
        this.procRoot = procRoot;
        this.unified = UnifiedMemory.isShared(procRoot);
        lookAtNodes();
        lookAtPressure();
    }

    @Override
    public HostView get() {
        long now = System.nanoTime();
        if (view == null || now - readNanos > AGE_NANOS) {
            MemInfo memory = MemInfo.read(procRoot);
            BuddyInfo blocks = BuddyInfo.read(procRoot);
            view = new HostView(
                    memory.totalBytes(),
                    memory.freeBytes(),
                    memory.availableBytes(),
                    blocks.freeBlockBytes(-1),
                    pressure,
                    nodeIds.stream().map(id -> node(id, memory, blocks)).toList(),
                    unified);
            readNanos = now;
        }
        return view;
    }

    void lookAtNodes() {
        nodeIds = NumaTopology.read(procRoot).nodes().stream()
                .map(NumaTopology.Node::id)
                .toList();
        view = null;
    }

    /** A host's only node has the host's numbers. */
    private NodeView node(int id, MemInfo host, BuddyInfo blocks) {
        MemInfo own = nodeIds.size() == 1 ? host : MemInfo.readNode(procRoot, id);
        return new NodeView(id, own.totalBytes(), own.freeBytes(), blocks.freeBlockBytes(id), own.fileBytes());
    }

    void lookAtPressure() {
        Pressure seen = Pressure.read(procRoot, Pressure.Resource.MEMORY);
        pressure = new PressureView(seen.some().avg10(), seen.full().avg10());
        view = null;
    }
}
