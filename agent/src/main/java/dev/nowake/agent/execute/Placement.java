package dev.nowake.agent.execute;

import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.ThreadPlacement;
import dev.nowake.kernel.ThreadPlacement.Memory;
import java.util.BitSet;

/** On which NUMA nodes fetched pages shall lie (set_mempolicy(2)), and near which CPUs they are fetched. Immutable. */
public final class Placement {
    /** Wherever the kernel puts them: the node of the fetching thread. */
    public static final Placement ANYWHERE = new Placement(Memory.DEFAULT, new BitSet(), new BitSet());

    private final Memory mode;
    private final BitSet nodes;
    private final BitSet cpus;

    private Placement(Memory mode, BitSet nodes, BitSet cpus) {
        this.mode = mode;
        this.nodes = nodes;
        this.cpus = cpus;
    }

    /** On one node while it has room, else near it, whoever fetches. */
    public static Placement on(int node) {
        return on(node, new BitSet());
    }

    /** On one node while it has room, else near it; fetched by its {@code cpus}, by any where it has none. */
    public static Placement on(int node, BitSet cpus) {
        BitSet only = new BitSet();
        only.set(node);
        return new Placement(Memory.PREFERRED, only, (BitSet) cpus.clone());
    }

    /** Page by page on each of the nodes in turn. */
    public static Placement spread(BitSet nodes) {
        return new Placement(Memory.INTERLEAVE, (BitSet) nodes.clone(), new BitSet());
    }

    boolean isSpread() {
        return mode == Memory.INTERLEAVE;
    }

    /** Empty for anywhere. A copy. */
    public BitSet nodes() {
        return (BitSet) nodes.clone();
    }

    /** Empty where it does not matter who fetches. A copy. */
    BitSet cpus() {
        return (BitSet) cpus.clone();
    }

    /** Tells the kernel about the calling thread's next pages. */
    void allocate(ThreadPlacement thread) throws KernelException {
        thread.allocateFrom(mode, nodes());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Placement that
                && mode == that.mode
                && nodes.equals(that.nodes)
                && cpus.equals(that.cpus);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * mode.hashCode() + nodes.hashCode()) + cpus.hashCode();
    }

    @Override
    public String toString() {
        String by = cpus.isEmpty() ? "" : " by " + cpus;
        return mode == Memory.DEFAULT ? "anywhere" : mode.name().toLowerCase(java.util.Locale.ROOT) + nodes + by;
    }
}
