package dev.nowake.agent.daemon;

import dev.nowake.agent.execute.Placement;
import dev.nowake.agent.load.Load;
import dev.nowake.agent.load.NodeTarget;
import dev.nowake.agent.load.NodeTarget.By;
import dev.nowake.kernel.proc.NumaTopology;
import dev.nowake.policy.AcceleratorView;
import dev.nowake.policy.Node;
import java.util.BitSet;
import java.util.List;
import java.util.function.Supplier;

/**
 * Turns a policy's wish where pages shall lie into nodes of this host that have memory. Where only one has, there is
 * nothing to choose. Any thread; the load belongs to its engine's.
 */
final class Placements {
    private final Supplier<NumaTopology> host;

    Placements(Supplier<NumaTopology> host) {
        this.host = host;
    }

    NodeTarget target(Node wish, Load load) {
        NumaTopology topology = host.get();
        List<Integer> memory =
                topology.withMemory().stream().map(NumaTopology.Node::id).toList();
        if (memory.size() < 2) {
            return new NodeTarget(memory, By.ONLY_NODE);
        }
        if (wish.equals(Node.INTERLEAVE)) {
            return new NodeTarget(memory, By.RULE);
        }
        if (wish instanceof Node.Number number && memory.contains(number.number())) {
            return NodeTarget.on(number.number(), By.RULE);
        }
        NodeTarget device = device(topology, load.accelerator());
        NodeTarget readers = load.readersNode();
        NodeTarget first = wish.equals(Node.ACCELERATOR) ? device : readers;
        if (first.isKnown()) {
            return first;
        }
        return first == device ? readers : device;
    }

    /** {@code target}: of this host, though a node may have gone meanwhile. */
    Placement place(NodeTarget target) {
        if (target.by() == By.ONLY_NODE || !target.isKnown()) {
            return Placement.ANYWHERE;
        }
        if (target.nodes().size() > 1) {
            BitSet nodes = new BitSet();
            target.nodes().forEach(nodes::set);
            return Placement.spread(nodes);
        }
        BitSet cpus =
                host.get().node(target.node()).map(NumaTopology.Node::cpus).orElseGet(BitSet::new);
        return Placement.on(target.node(), cpus);
    }

    private static NodeTarget device(NumaTopology topology, AcceleratorView accelerator) {
        return accelerator == null
                ? NodeTarget.ANYWHERE
                : topology.nearestMemory(accelerator.node())
                        .map(node -> NodeTarget.on(node.id(), By.ACCELERATOR))
                        .orElse(NodeTarget.ANYWHERE);
    }
}
