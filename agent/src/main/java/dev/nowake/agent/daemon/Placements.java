package dev.nowake.agent.daemon;

import dev.nowake.agent.execute.Placement;
import dev.nowake.agent.load.Load;
import dev.nowake.kernel.proc.NumaTopology;
import dev.nowake.policy.Node;
import java.util.BitSet;

/** Turns a policy's wish where pages shall lie into nodes of this host. On a host of one node there is nothing to choose. */
final class Placements {
    private final NumaTopology topology;

    Placements(NumaTopology topology) {
        this.topology = topology;
    }

    Placement of(Node wish, Load load) {
        if (topology.nodes().size() < 2) {
            return Placement.ANYWHERE;
        }
        if (wish.equals(Node.INTERLEAVE)) {
            BitSet all = new BitSet();
            topology.nodes().stream()
                    .filter(node -> node.memory().totalBytes() > 0)
                    .forEach(node -> all.set(node.id()));
            return Placement.spread(all);
        }
        if (wish instanceof Node.Number number && isThere(number.number())) {
            return Placement.on(number.number());
        }
        boolean byDevice = wish.equals(Node.ACCELERATOR)
                && load.accelerator() != null
                && isThere(load.accelerator().node());
        int node = byDevice ? load.accelerator().node() : load.node();
        return isThere(node) ? Placement.on(node) : Placement.ANYWHERE;
    }

    private boolean isThere(int node) {
        return node >= 0 && topology.node(node).isPresent();
    }
}
