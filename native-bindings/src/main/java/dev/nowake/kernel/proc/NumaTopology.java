package dev.nowake.kernel.proc;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/** The NUMA nodes that are online, by {@code /sys/devices/system/node}; a host without that folder is one node. */
public record NumaTopology(List<Node> nodes) {
    /**
     * One node.
     *
     * @param cpus empty for a node of memory only
     * @param distances to each online node, in the order of {@link NumaTopology#nodes}; 10 is itself
     * @param memory of this node; empty where it is not told
     */
    public record Node(int id, BitSet cpus, List<Integer> distances, MemInfo memory) {
        public Node {
            cpus = (BitSet) cpus.clone();
            distances = List.copyOf(distances);
        }

        /** Pages can lie here; a node of CPUs alone has none, nor has one whose memory is offline. */
        public boolean hasMemory() {
            return memory.totalBytes() > 0;
        }

        /** A copy: changing it changes nothing. */
        @Override
        public BitSet cpus() {
            return (BitSet) cpus.clone();
        }
    }

    public NumaTopology {
        nodes = List.copyOf(nodes);
    }

    public static NumaTopology read() {
        return read(ProcFile.HOST);
    }

    public static NumaTopology read(Path root) {
        Path folder = root.resolve("sys/devices/system/node");
        BitSet online = CpuList.parse(ProcFile.text(folder.resolve("online")));
        List<Node> nodes = new ArrayList<>();
        for (int id = online.nextSetBit(0); id >= 0; id = online.nextSetBit(id + 1)) {
            nodes.add(readNode(folder.resolve("node" + id), id));
        }
        return new NumaTopology(nodes.isEmpty() ? List.of(onlyNode(root)) : nodes);
    }

    public Optional<Node> node(int id) {
        return nodes.stream().filter(node -> node.id() == id).findFirst();
    }

    /** Where pages can lie. */
    public List<Node> withMemory() {
        return nodes.stream().filter(Node::hasMemory).toList();
    }

    /**
     * The node itself where it has memory, else the nearest one that has; empty for a node that is not there, or where
     * nobody tells distances.
     */
    public Optional<Node> nearestMemory(int id) {
        Node from = node(id).orElse(null);
        if (from == null || from.hasMemory()) {
            return Optional.ofNullable(from);
        }
        Node nearest = null;
        int least = Integer.MAX_VALUE;
        for (int i = 0; i < Math.min(nodes.size(), from.distances.size()); i++) {
            int distance = from.distances.get(i);
            if (nodes.get(i).hasMemory() && distance > 0 && distance < least) {
                nearest = nodes.get(i);
                least = distance;
            }
        }
        return Optional.ofNullable(nearest);
    }

    /** The node a CPU belongs to; the first node for a CPU no node names. */
    public Node nodeOfCpu(int cpu) {
        return nodes.stream()
                .filter(node -> cpu >= 0 && node.cpus.get(cpu))
                .findFirst()
                .orElse(nodes.getFirst());
    }

    private static Node readNode(Path folder, int id) {
        BitSet cpus = CpuList.parse(ProcFile.text(folder.resolve("cpulist")));
        List<Integer> distances = new ArrayList<>();
        for (String word : ProcFile.words(ProcFile.text(folder.resolve("distance")))) {
            distances.add(Math.max(0, ProcFile.smallNumber(word)));
        }
        return new Node(id, cpus, distances, MemInfo.readFile(folder.resolve("meminfo")));
    }

    private static Node onlyNode(Path root) {
        BitSet cpus = CpuList.parse(ProcFile.text(root.resolve("sys/devices/system/cpu/online")));
        if (cpus.isEmpty()) {
            cpus.set(0, Runtime.getRuntime().availableProcessors());
        }
        return new Node(0, cpus, List.of(10), MemInfo.read(root));
    }
}
