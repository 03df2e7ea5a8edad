package dev.nowake.agent.daemon;

import dev.nowake.kernel.proc.MemInfo;
import dev.nowake.kernel.proc.NumaTopology;
import dev.nowake.kernel.proc.Pressure;
import dev.nowake.kernel.proc.UnifiedMemory;
import dev.nowake.policy.HostView;
import dev.nowake.policy.NodeView;
import dev.nowake.policy.PressureView;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * The host's memory for policies. How much is free is read at most every 50 ms, for plans come in bursts; pressure and nodes,
 * a file and a dozen, only when they are asked for, so that no load waits for them. For one thread.
 */
final class HostMemory implements Supplier<HostView> {
    private static final long AGE_NANOS = 50_000_000L;

    private final Path procRoot;
    private final boolean unified;
    private List<NodeView> nodes = List.of();
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
            view = new HostView(
                    memory.totalBytes(), memory.freeBytes(), memory.availableBytes(), pressure, nodes, unified);
            readNanos = now;
        }
        return view;
    }

    void lookAtNodes() {
        List<NodeView> read = new ArrayList<>();
        for (NumaTopology.Node node : NumaTopology.read(procRoot).nodes()) {
            MemInfo own = node.memory();
            read.add(new NodeView(node.id(), own.totalBytes(), own.freeBytes(), own.value("FilePages")));
        }
        nodes = read;
        view = null;
    }

    void lookAtPressure() {
        Pressure seen = Pressure.read(procRoot, Pressure.Resource.MEMORY);
        pressure = new PressureView(seen.some().avg10(), seen.full().avg10());
        view = null;
    }
}
