package dev.nowake.agent.daemon;

import dev.nowake.kernel.proc.MemInfo;
import dev.nowake.policy.HostView;
import java.nio.file.Path;
import java.util.function.Supplier;

/** The host's memory for policies, read at most every 50 ms: plans come in bursts. For one thread. */
final class HostMemory implements Supplier<HostView> {
    private static final long AGE_NANOS = 50_000_000L;

    private final Path procRoot;
    private HostView view;
    private long readNanos;

    HostMemory(Path procRoot) {
        this.procRoot = procRoot;
    }

    @Override
    public HostView get() {
        long now = System.nanoTime();
        if (view == null || now - readNanos > AGE_NANOS) {
            MemInfo memory = MemInfo.read(procRoot);
            view = new HostView(memory.totalBytes(), memory.freeBytes(), memory.availableBytes());
            readNanos = now;
        }
        return view;
    }
}
