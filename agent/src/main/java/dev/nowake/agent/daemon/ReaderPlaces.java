package dev.nowake.agent.daemon;

import dev.nowake.agent.load.Load;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.ThreadPlacement;
import dev.nowake.kernel.proc.Accelerators;
import dev.nowake.kernel.proc.NumaTopology;
import dev.nowake.policy.AcceleratorView;
import java.nio.file.Path;
import java.util.BitSet;

/**
 * On which NUMA node a load's readers run and which accelerator they have open. Looked at when a load begins and then
 * once a second: both may come later. Belongs to the engine's thread.
 */
final class ReaderPlaces {
    /** Where several ranks read one model the first that is placed decides: their pages are shared. */
    private static final int READERS_LOOKED_AT = 4;

    private static final long AGE_NANOS = 1_000_000_000L;

    private final Path procRoot;
    private final ThreadPlacement placement;
    private final NumaTopology topology;

    ReaderPlaces(Path procRoot, ThreadPlacement placement) {
        this.procRoot = procRoot;
        this.placement = placement;
        this.topology = NumaTopology.read(procRoot);
    }

    NumaTopology topology() {
        return topology;
    }

    void look(Load load, long nowNanos) {
        if (load.placeSeenNanos() != 0 && nowNanos - load.placeSeenNanos() < AGE_NANOS) {
            return;
        }
        int node = load.node();
        AcceleratorView accelerator = load.accelerator();
        int looked = 0;
        for (int pid : load.readers().keySet()) {
            if (looked++ >= READERS_LOOKED_AT) {
                break;
            }
            node = node >= 0 ? node : nodeOf(pid);
            accelerator = accelerator != null ? accelerator : acceleratorOf(pid);
        }
        load.place(node, accelerator, nowNanos);
    }

    /** The node that holds all CPUs the process may run on; -1 where there are several such nodes. */
    private int nodeOf(int pid) {
        if (topology.nodes().size() == 1) {
            return topology.nodes().getFirst().id();
        }
        try {
            BitSet cpus = placement.affinity(pid);
            for (NumaTopology.Node node : topology.nodes()) {
                BitSet elsewhere = (BitSet) cpus.clone();
                elsewhere.andNot(node.cpus());
                if (!cpus.isEmpty() && elsewhere.isEmpty()) {
                    return node.id();
                }
            }
            return -1;
        } catch (KernelException gone) {
            return -1;
        }
    }

    private AcceleratorView acceleratorOf(int pid) {
        return Accelerators.of(procRoot, pid).devices().stream()
                .findFirst()
                .map(device -> new AcceleratorView(device.name(), device.node()))
                .orElse(null);
    }
}
