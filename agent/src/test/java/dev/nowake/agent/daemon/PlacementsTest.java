package dev.nowake.agent.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.agent.execute.Placement;
import dev.nowake.agent.load.Load;
import dev.nowake.agent.load.NodeTarget;
import dev.nowake.agent.load.NodeTarget.By;
import dev.nowake.kernel.proc.MemInfo;
import dev.nowake.kernel.proc.NumaTopology;
import dev.nowake.model.Format;
import dev.nowake.model.Model;
import dev.nowake.policy.AcceleratorView;
import dev.nowake.policy.Node;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PlacementsTest {
    /** Each node with CPUs 2n and 2n+1; distances grow with the difference of numbers. */
    private static Placements host(long... memoryOfNode) {
        List<NumaTopology.Node> nodes = new ArrayList<>();
        for (int id = 0; id < memoryOfNode.length; id++) {
            List<Integer> distances = new ArrayList<>(Collections.nCopies(memoryOfNode.length, 0));
            for (int other = 0; other < memoryOfNode.length; other++) {
                distances.set(other, 10 + Math.abs(id - other));
            }
            nodes.add(new NumaTopology.Node(
                    id, cpus(2 * id, 2 * id + 1), distances, new MemInfo(Map.of("MemTotal", memoryOfNode[id]))));
        }
        NumaTopology topology = new NumaTopology(nodes);
        return new Placements(() -> topology);
    }

    private static BitSet cpus(int... cpus) {
        BitSet set = new BitSet();
        Arrays.stream(cpus).forEach(set::set);
        return set;
    }

    private static Load load(NodeTarget readers, AcceleratorView accelerator) {
        Load load = new Load(new Model("m", Format.GGUF, List.of()), List.of(), 1);
        load.place(readers, accelerator, 1);
        return load;
    }

    private static NodeTarget bound(int node) {
        return NodeTarget.on(node, By.AFFINITY);
    }

    @Test
    void aHostOfOneNodeLeavesNothingToChoose() {
        Placements one = host(1);
        for (Node wish : List.of(Node.READER, Node.ACCELERATOR, Node.INTERLEAVE, new Node.Number(3))) {
            NodeTarget target = one.target(wish, load(NodeTarget.ANYWHERE, null));
            assertThat(target).isEqualTo(NodeTarget.on(0, By.ONLY_NODE));
            assertThat(one.place(target)).isEqualTo(Placement.ANYWHERE);
        }
    }

    @Test
    void soDoesAHostWithMemoryOnOneNode() {
        assertThat(host(0, 1).target(new Node.Number(0), load(bound(0), null)))
                .isEqualTo(NodeTarget.on(1, By.ONLY_NODE));
    }

    @Test
    void wishesBecomeNodesAndTheirCpus() {
        Placements two = host(1, 1);
        Load load = load(bound(1), new AcceleratorView("nvidia0", 0));
        assertThat(two.target(Node.READER, load)).isEqualTo(bound(1));
        assertThat(two.target(Node.ACCELERATOR, load)).isEqualTo(NodeTarget.on(0, By.ACCELERATOR));
        assertThat(two.target(new Node.Number(0), load)).isEqualTo(NodeTarget.on(0, By.RULE));
        assertThat(two.target(Node.INTERLEAVE, load)).isEqualTo(new NodeTarget(List.of(0, 1), By.RULE));
        assertThat(two.place(bound(1))).isEqualTo(Placement.on(1, cpus(2, 3)));
        assertThat(two.place(new NodeTarget(List.of(0, 1), By.RULE))).isEqualTo(Placement.spread(cpus(0, 1)));
        assertThat(two.place(NodeTarget.ANYWHERE)).isEqualTo(Placement.ANYWHERE);
    }

    @Test
    void readersThatSpreadTheirMemoryGetTheModelSpread() {
        NodeTarget spread = new NodeTarget(List.of(0, 2), By.MEMORY_POLICY);
        Placements three = host(1, 1, 1);
        assertThat(three.target(Node.READER, load(spread, null))).isEqualTo(spread);
        assertThat(three.place(spread)).isEqualTo(Placement.spread(cpus(0, 2)));
    }

    @Test
    void whereOneIsUnknownTheOtherDecides() {
        Placements two = host(1, 1);
        AcceleratorView device = new AcceleratorView("nvidia0", 1);
        assertThat(two.target(Node.READER, load(NodeTarget.ANYWHERE, device)))
                .isEqualTo(NodeTarget.on(1, By.ACCELERATOR));
        assertThat(two.target(Node.ACCELERATOR, load(bound(0), null))).isEqualTo(bound(0));
        assertThat(two.target(Node.ACCELERATOR, load(bound(1), new AcceleratorView("nvidia0", -1))))
                .isEqualTo(bound(1));
        assertThat(two.target(Node.READER, load(NodeTarget.ANYWHERE, null))).isEqualTo(NodeTarget.ANYWHERE);
    }

    @Test
    void aNodeWithoutMemoryIsNoTarget() {
        Placements host = host(1, 0, 1, 1);
        assertThat(host.target(Node.INTERLEAVE, load(NodeTarget.ANYWHERE, null)).nodes())
                .containsExactly(0, 2, 3);
        assertThat(host.target(new Node.Number(1), load(bound(3), null))).isEqualTo(bound(3));
        assertThat(host.target(new Node.Number(7), load(bound(3), null))).isEqualTo(bound(3));
        // a device on it: the nearest that has some, the first of two equally near
        assertThat(host.target(Node.ACCELERATOR, load(bound(3), new AcceleratorView("nvidia0", 1))))
                .isEqualTo(NodeTarget.on(0, By.ACCELERATOR));
    }

    @Test
    void aNodeThatWentAwayKeepsItsMemoryPolicyAlone() {
        assertThat(host(1, 1).place(NodeTarget.on(5, By.RULE))).isEqualTo(Placement.on(5, new BitSet()));
    }
}
