package dev.nowake.agent.load;

import java.util.List;

/**
 * On which NUMA nodes pages shall lie, and what decided it.
 *
 * @param nodes none: wherever the kernel puts them; several: spread evenly
 */
public record NodeTarget(List<Integer> nodes, By by) {
    public static final NodeTarget ANYWHERE = new NodeTarget(List.of(), By.NOTHING);

    /** What decided. */
    public enum By {
        /** The rule, or the policy's step, names it. */
        RULE("rule"),
        /** The reader may take memory from this node alone. */
        CPUSET("cpuset"),
        /** The reader has a policy of its own (set_mempolicy(2), numactl). */
        MEMORY_POLICY("memory policy"),
        /** The reader runs on CPUs of this node alone. */
        AFFINITY("affinity"),
        /** A device the reader has open is attached here. */
        ACCELERATOR("accelerator"),
        /** The host has no other node with memory. */
        ONLY_NODE("only node"),
        NOTHING("nothing");

        private final String label;

        By(String label) {
            this.label = label;
        }

        public String label() {
            return label;
        }
    }

    public NodeTarget {
        nodes = List.copyOf(nodes);
    }

    public static NodeTarget on(int node, By by) {
        return new NodeTarget(List.of(node), by);
    }

    public boolean isKnown() {
        return !nodes.isEmpty();
    }

    /** The one node; -1 where there is none, or several. */
    public int node() {
        return nodes.size() == 1 ? nodes.getFirst() : -1;
    }
}
