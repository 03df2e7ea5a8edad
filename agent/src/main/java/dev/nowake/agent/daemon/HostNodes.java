package dev.nowake.agent.daemon;

import dev.nowake.kernel.proc.NumaTopology;
import java.nio.file.Path;
import java.util.function.Supplier;

/** The host's NUMA nodes, read again now and then: memory and CPUs come and go (CXL, hotplug). Any thread. */
final class HostNodes implements Supplier<NumaTopology> {
    /** Reading costs some 50 us for each node, and an operator who brings memory online can wait this long. */
    private static final long AGE_NANOS = 10_000_000_000L;

    private record Seen(NumaTopology topology, long atNanos) {}

    private final Path root;
    private volatile Seen last;

    HostNodes(Path root) {
        this.root = root;
        this.last = new Seen(NumaTopology.read(root), System.nanoTime());
    }

    @Override
    public NumaTopology get() {
        Seen seen = last;
        long now = System.nanoTime();
        if (now - seen.atNanos() >= AGE_NANOS) {
            seen = new Seen(NumaTopology.read(root), now);
            last = seen;
        }
        return seen.topology();
    }
}
