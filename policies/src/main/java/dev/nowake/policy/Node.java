package dev.nowake.policy;

/** Where prefetched pages should lie. A wish: pages that are resident elsewhere stay there. */
public sealed interface Node {
    Node READER = new Named("reader");
    Node ACCELERATOR = new Named("accelerator");
    Node INTERLEAVE = new Named("interleave");

    /**
     * {@code reader}: the node the load's readers are bound to, by their cpuset, memory policy or affinity; that of the
     * device they use where they are bound to none. {@code accelerator}: the other way round. {@code interleave}: spread
     * over all nodes that have memory.
     */
    record Named(String label) implements Node {}

    /** A node's number; one that is not there is taken for {@link #READER}. */
    record Number(int number) implements Node {
        @Override
        public String label() {
            return Integer.toString(number);
        }
    }

    String label();
}
