package dev.nowake.agent.daemon;

import dev.nowake.agent.load.Load;
import dev.nowake.agent.load.NodeTarget;
import dev.nowake.agent.load.NodeTarget.By;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.ThreadPlacement;
import dev.nowake.kernel.proc.Accelerators;
import dev.nowake.kernel.proc.NumaTopology;
import dev.nowake.kernel.proc.ProcessMemory;
import dev.nowake.policy.AcceleratorView;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.function.Supplier;

/**
 * To which NUMA node a load's readers are bound, and which accelerator they have open. Looked at before the first plan and
 * then once a second: both may come later. Keeps nothing itself; the load belongs to its engine's thread.
 */
final class ReaderPlaces {
    /** Where several ranks read one model the first that is placed decides: their pages are shared. */
    private static final int READERS_LOOKED_AT = 4;

    private static final long AGE_NANOS = 1_000_000_000L;

    private final Path procRoot;
    private final ThreadPlacement placement;
    private final Supplier<NumaTopology> host;

    ReaderPlaces(Path procRoot, ThreadPlacement placement, Supplier<NumaTopology> host) {
        this.procRoot = procRoot;
        this.placement = placement;
        this.host = host;
    }

    /** As {@link #look}, where there is a choice of nodes: the load's first bytes are about to be asked for. */
    void lookBeforePlan(Load load, long nowNanos) {
        if (host.get().withMemory().size() > 1) {
            look(load, nowNanos);
        }
    }

    void look(Load load, long nowNanos) {
        if (load.placeSeenNanos() != 0 && nowNanos - load.placeSeenNanos() < AGE_NANOS) {
            return;
        }
        NodeTarget readers = load.readersNode();
        AcceleratorView accelerator = load.accelerator();
        int looked = 0;
        for (int pid : load.readers().keySet()) {
            if (looked++ >= READERS_LOOKED_AT) {
                break;
            }
            readers = readers.isKnown() ? readers : nodesOf(pid);
            accelerator = accelerator != null ? accelerator : acceleratorOf(pid);
        }
        load.place(readers, accelerator, nowNanos);
    }

    /** What its cpuset allows decides before what it asks for, and that before where it runs. */
    private NodeTarget nodesOf(int pid) {
        NumaTopology topology = host.get();
        List<Integer> memory =
                topology.withMemory().stream().map(NumaTopology.Node::id).toList();
        if (memory.size() < 2) {
            return new NodeTarget(memory, By.ONLY_NODE);
        }
        ProcessMemory process = ProcessMemory.of(procRoot, pid);
        List<Integer> allowed = among(memory, process.allowed());
        if (allowed.size() == 1) {
            return new NodeTarget(allowed, By.CPUSET);
        }
        List<Integer> wanted = among(memory, process.nodes());
        if (wanted.size() == 1 || process.mode() == ProcessMemory.Mode.SPREAD && !wanted.isEmpty()) {
            return new NodeTarget(wanted, By.MEMORY_POLICY);
        }
        return byAffinity(topology, pid);
    }

    private static List<Integer> among(List<Integer> memory, BitSet nodes) {
        return memory.stream().filter(nodes::get).toList();
    }

    /** The node that holds all CPUs the process may run on, or the nearest one with memory. */
    private NodeTarget byAffinity(NumaTopology topology, int pid) {
        try {
            BitSet cpus = placement.affinity(pid);
            for (NumaTopology.Node node : topology.nodes()) {
                BitSet elsewhere = (BitSet) cpus.clone();
                elsewhere.andNot(node.cpus());
                if (!cpus.isEmpty() && elsewhere.isEmpty()) {
                    return topology.nearestMemory(node.id())
                            .map(near -> NodeTarget.on(near.id(), By.AFFINITY))
                            .orElse(NodeTarget.ANYWHERE);
                }
            }
            return NodeTarget.ANYWHERE;
        } catch (KernelException gone) {
            return NodeTarget.ANYWHERE;
        }
    }

    /** Named after the first device; its node is that of all of them, or unknown. */
    private AcceleratorView acceleratorOf(int pid) {
        Accelerators open = Accelerators.of(procRoot, pid);
        return open.devices().stream()
                .findFirst()
                .map(device -> new AcceleratorView(device.name(), open.node()))
                .orElse(null);
    }
}
