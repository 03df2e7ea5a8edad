package dev.nowake.agent.execute;

import dev.nowake.kernel.Kernel;

/**
 * Brings ranges of files into page cache with a pool of bound platform threads per mount: made on demand, ended when idle.
 */
public final class Prefetcher implements AutoCloseable {
    private final Kernel kernel;
    private final int maxStreams;

    /** {@code maxStreams} bounds the chunks in flight of any one mount. */
    public Prefetcher(Kernel kernel, int maxStreams) {
        this.kernel = kernel;
        this.maxStreams = maxStreams;
    }

    /** Starts the mount's first thread, so that a later job's first call for data does not wait for one. */
    public void prepare(MountTraits traits) {
        throw new UnsupportedOperationException(traits.fsType());
    }

    /** Begins a job without work. */
    public PrefetchJob start(MountTraits traits, ByteBudget budget, PrefetchListener listener) {
        throw new UnsupportedOperationException(kernel.binding() + maxStreams);
    }

    /** Cancels every job and ends the threads; under one second unless storage hangs. */
    @Override
    public void close() {}
}
