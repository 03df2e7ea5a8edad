package dev.nowake.agent.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.agent.execute.Placement;
import dev.nowake.agent.load.Load;
import dev.nowake.kernel.proc.MemInfo;
import dev.nowake.kernel.proc.NumaTopology;
import dev.nowake.model.Format;
import dev.nowake.model.Model;
import dev.nowake.policy.AcceleratorView;
import dev.nowake.policy.Node;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PlacementsTest {
    private static NumaTopology host(long... memoryOfNode) {
        List<NumaTopology.Node> nodes = new ArrayList<>();
        for (long bytes : memoryOfNode) {
            nodes.add(new NumaTopology.Node(
                    nodes.size(), new BitSet(), List.of(), new MemInfo(Map.of("MemTotal", bytes))));
        }
        return new NumaTopology(nodes);
    }

    private static Load load(int node, AcceleratorView accelerator) {
        Load load = new Load(new Model("m", Format.GGUF, List.of()), List.of(), 1);
        load.place(node, accelerator, 1);
        return load;
    }

    @Test
    void aHostOfOneNodeLeavesNothingToChoose() {
        Placements one = new Placements(host(1));
        for (Node wish : List.of(Node.READER, Node.ACCELERATOR, Node.INTERLEAVE, new Node.Number(3))) {
            assertThat(one.of(wish, load(0, null))).isEqualTo(Placement.ANYWHERE);
        }
    }

    @Test
    void wishesBecomeNodes() {
        Placements two = new Placements(host(1, 1));
        Load load = load(1, new AcceleratorView("nvidia0", 0));
        assertThat(two.of(Node.READER, load)).isEqualTo(Placement.on(1));
        assertThat(two.of(Node.ACCELERATOR, load)).isEqualTo(Placement.on(0));
        assertThat(two.of(new Node.Number(0), load)).isEqualTo(Placement.on(0));
    }

    @Test
    void whatIsNotThereIsTakenForTheReaders() {
        Placements two = new Placements(host(1, 1));
        assertThat(two.of(new Node.Number(7), load(1, null))).isEqualTo(Placement.on(1));
        assertThat(two.of(Node.ACCELERATOR, load(1, new AcceleratorView("nvidia0", -1))))
                .isEqualTo(Placement.on(1));
        assertThat(two.of(Node.READER, load(-1, null))).isEqualTo(Placement.ANYWHERE);
    }

    @Test
    void nodesWithoutMemoryAreLeftOut() {
        BitSet first = new BitSet();
        first.set(0);
        first.set(2);
        assertThat(new Placements(host(1, 0, 1)).of(Node.INTERLEAVE, load(0, null)))
                .isEqualTo(Placement.spread(first));
    }
}
