package dev.nowake.agent.execute;

import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.ThreadPlacement;
import dev.nowake.kernel.ThreadPlacement.Memory;
import java.util.BitSet;

/** On which NUMA nodes fetched pages shall lie (set_mempolicy(2)). Immutable. */
public final class Placement {
    /** Wherever the kernel puts them: the node of the fetching thread. */
    public static final Placement ANYWHERE = new Placement(Memory.DEFAULT, new BitSet());

    private final Memory mode;
    private final BitSet nodes;

    private Placement(Memory mode, BitSet nodes) {
        this.mode = mode;
        this.nodes = nodes;
    }

    /** On one node while it has room, else near it. */
    public static Placement on(int node) {
        BitSet only = new BitSet();
        only.set(node);
        return new Placement(Memory.PREFERRED, only);
    }

    /** Page by page on each of the nodes in turn. */
    public static Placement spread(BitSet nodes) {
        return new Placement(Memory.INTERLEAVE, (BitSet) nodes.clone());
    }

    /** The nodes wished for; empty: any. A copy. */
    public BitSet nodes() {
        return (BitSet) nodes.clone();
    }

    /** Tells the kernel about the calling thread's next pages. */
    void apply(ThreadPlacement thread) throws KernelException {
        thread.allocateFrom(mode, (BitSet) nodes.clone());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Placement that && mode == that.mode && nodes.equals(that.nodes);
    }

    @Override
    public int hashCode() {
        return 31 * mode.hashCode() + nodes.hashCode();
    }

    @Override
    public String toString() {
        return mode == Memory.DEFAULT ? "anywhere" : mode.name().toLowerCase(java.util.Locale.ROOT) + nodes;
    }
}
