package dev.nowake.agent.execute;

import dev.nowake.kernel.Kernel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Brings ranges of files into page cache with a pool of bound platform threads per mount: made on demand, ended when idle.
 * Thread-safe.
 */
public final class Prefetcher implements AutoCloseable {
    /**
     * Threads that issue asynchronous requests for one mount. One issues 8 MiB in under a millisecond; the second keeps the
     * queue filled while the first waits for its oldest chunk.
     */
    private static final int ASYNCHRONOUS_THREADS = 2;

    private final Kernel kernel;
    private final int maxStreams;

    private record PoolKey(long device, Mechanism mechanism) {}

    private final Map<PoolKey, MountPool> pools = new HashMap<>();
    private final Set<Job> jobs = ConcurrentHashMap.newKeySet();
    private boolean closed;

    /** {@code maxStreams} bounds the chunks in flight of any one mount and mechanism. */
    public Prefetcher(Kernel kernel, int maxStreams) {
        if (maxStreams < 1) {
            throw new IllegalArgumentException("streams: " + maxStreams);
        }
        this.kernel = kernel;
        this.maxStreams = maxStreams;
    }

    /** Starts the mount's first thread and keeps it, so that a later job's first call for data does not wait for one. */
    public void prepare(MountTraits traits) {
        pool(traits).keepOne();
    }

    /** Begins a job without work. Throws {@link IllegalStateException} after {@link #close}. */
    public PrefetchJob start(MountTraits traits, ByteBudget budget, PrefetchListener listener) {
        Job job = new Job(kernel, pool(traits), traits, budget, listener);
        jobs.add(job);
        job.completion().thenRun(() -> jobs.remove(job));
        return job;
    }

    /** Cancels every job and ends the threads; about one second when storage hangs. */
    @Override
    public void close() {
        List<MountPool> ending;
        synchronized (pools) {
            closed = true;
            ending = new ArrayList<>(pools.values());
            pools.clear();
        }
        jobs.forEach(Job::stop);
        jobs.forEach(Job::cancel);
        ending.forEach(MountPool::close);
    }

    private MountPool pool(MountTraits traits) {
        synchronized (pools) {
            if (closed) {
                throw new IllegalStateException("the prefetcher is closed");
            }
            return pools.computeIfAbsent(new PoolKey(traits.device(), traits.mechanism()), key -> newPool(traits));
        }
    }

    private MountPool newPool(MountTraits traits) {
        int streams = Math.min(traits.streams(), maxStreams);
        if (!traits.mechanism().isAsynchronous()) {
            return new MountPool(kernel.placement(), streams, 1);
        }
        int threads = Math.min(ASYNCHRONOUS_THREADS, streams);
        return new MountPool(kernel.placement(), threads, Math.ceilDiv(streams, threads));
    }
}
