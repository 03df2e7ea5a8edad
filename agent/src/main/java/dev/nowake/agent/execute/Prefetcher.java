package dev.nowake.agent.execute;

import dev.nowake.kernel.Kernel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
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
    private final long mostBytes;
    private final FenceListener fences;
    private final FenceWatch watch = new FenceWatch();

    private record PoolKey(long device, Mechanism mechanism) {}

    private final Map<PoolKey, MountPool> pools = new HashMap<>();
    private final Map<Long, MountBudget> budgets = new LinkedHashMap<>();
    private final Set<Job> jobs = ConcurrentHashMap.newKeySet();
    private boolean closed;

    /** Within what each mount deserves. {@code maxStreams} bounds the chunks in flight of any one. */
    public Prefetcher(Kernel kernel, int maxStreams) {
        this(kernel, maxStreams, Long.MAX_VALUE, FenceListener.NONE);
    }

    /** {@code mostBytes}: more is never in flight on one mount, whatever it deserves. */
    public Prefetcher(Kernel kernel, int maxStreams, long mostBytes, FenceListener fences) {
        if (maxStreams < 1 || mostBytes < 4096) {
            throw new IllegalArgumentException("streams: " + maxStreams + " with " + mostBytes + " bytes");
        }
        this.kernel = kernel;
        this.maxStreams = maxStreams;
        this.mostBytes = mostBytes;
        this.fences = fences;
    }

    /** Every mount that was read through since the start. */
    public List<MountState> mounts() {
        long now = System.nanoTime();
        return watch.mounts().stream().map(mount -> mount.state(now)).toList();
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

    /** Cancels every job and ends the threads; about one second when storage hangs, however many jobs it has. */
    @Override
    public void close() {
        List<MountPool> ending;
        synchronized (pools) {
            closed = true;
            ending = new ArrayList<>(pools.values());
            pools.clear();
        }
        jobs.forEach(Job::stop);
        long deadline = System.nanoTime() + Job.CANCEL_WAIT_NANOS;
        jobs.forEach(job -> job.awaitDrained(deadline));
        ending.forEach(MountPool::close);
        watch.close();
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
        MountBudget budget = budgets.computeIfAbsent(traits.device(), device -> newBudget(traits, streams));
        boolean waits = !traits.mechanism().isAsynchronous();
        int threads = waits ? streams : Math.min(ASYNCHRONOUS_THREADS, streams);
        MountPool pool = new MountPool(kernel.placement(), budget, threads, Math.ceilDiv(streams, threads));
        budget.add(pool);
        return pool;
    }

    private MountBudget newBudget(MountTraits traits, int streams) {
        long deserved = streams * traits.chunkBytes();
        MountBudget budget = new MountBudget(traits, Math.min(deserved, mostBytes), fences, watch::wake);
        watch.add(budget);
        return budget;
    }
}
