package dev.nowake.agent.load;

import dev.nowake.model.FileId;
import dev.nowake.model.Model;
import dev.nowake.policy.AcceleratorView;
import dev.nowake.policy.FileView;
import dev.nowake.policy.LoadView;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/**
 * All readers of one model at one time. Several process trees that read the same model share its pages, so they share one
 * load: it is over when the last of them is gone. Belongs to the engine's thread.
 */
public final class Load {
    /**
     * A reader that lives on without touching any shard may come back for the next one; after this long it is taken to
     * be finished. Ten seconds outlast the pause between two shards of every loader we know (dequantising a 10 GB shard
     * on a CPU took four) and keep memory no longer than a person would notice.
     */
    public static final long IDLE_GRACE_NANOS = 10_000_000_000L;

    private final Model model;
    private final Map<FileId, TrackedShard> shards = new LinkedHashMap<>();
    private final Map<Integer, Long> readers = new LinkedHashMap<>();
    private final long startedNanos;
    private long number;
    private LoadState state = LoadState.LOADING;
    private long lastUseNanos;
    private final AtomicLong prefetchedBytes = new AtomicLong();
    private long evictedBytes;
    private long forecastPrefetchBytes;
    private long endedNanos;
    private NodeTarget readersNode = NodeTarget.ANYWHERE;
    private NodeTarget target;
    private AcceleratorView accelerator;
    private long placeSeenNanos;
    private boolean directIo;
    private boolean prefetchesItself;
    private Map<Integer, ReaderProgress> progress = Map.of();
    private int generation;
    private long frontiersSeenNanos;
    private final ReadRate rate = new ReadRate();

    public Load(Model model, Collection<TrackedShard> shards, long nowNanos) {
        this.model = model;
        shards.forEach(shard -> this.shards.put(shard.shard().id(), shard));
        startedNanos = nowNanos;
        lastUseNanos = nowNanos;
    }

    /** Counts the daemon's loads from 1 on: what the journal calls this one. 0 for one that is only explained. */
    public long number() {
        return number;
    }

    public void number(long given) {
        number = given;
    }

    public Model model() {
        return model;
    }

    public Collection<TrackedShard> shards() {
        return shards.values();
    }

    /** Null for a file of another model. */
    public TrackedShard shard(FileId id) {
        return shards.get(id);
    }

    public LoadState state() {
        return state;
    }

    public void state(LoadState next, long nowNanos) {
        state = next;
        if (next == LoadState.DONE) {
            endedNanos = nowNanos;
        }
    }

    public long startedNanos() {
        return startedNanos;
    }

    public long endedNanos() {
        return endedNanos;
    }

    /** {@code startTicks} tells a reused pid apart. */
    public boolean addReader(int pid, long startTicks) {
        boolean first = readers.put(pid, startTicks) == null;
        if (first) {
            generation++;
            shards.values().stream().filter(TrackedShard::inUse).forEach(TrackedShard::anotherReader);
        }
        return first;
    }

    public Map<Integer, Long> readers() {
        return readers;
    }

    public void used(long nowNanos) {
        lastUseNanos = nowNanos;
    }

    public long lastUseNanos() {
        return lastUseNanos;
    }

    public boolean anyShardInUse() {
        return shards.values().stream().anyMatch(TrackedShard::inUse);
    }

    public boolean everyShardOpened() {
        return shards.values().stream().allMatch(TrackedShard::opened);
    }

    /** Whether the load is over, given whether any of its readers still lives. */
    public boolean isOver(boolean readersAlive, long nowNanos) {
        return !anyShardInUse() && (everyShardOpened() || !readersAlive || nowNanos - lastUseNanos >= IDLE_GRACE_NANOS);
    }

    public int shardsOpened() {
        return (int) shards.values().stream().filter(TrackedShard::opened).count();
    }

    /** From any thread. */
    public void addPrefetched(long bytes) {
        prefetchedBytes.addAndGet(bytes);
    }

    public long prefetchedBytes() {
        return prefetchedBytes.get();
    }

    public void addEvicted(long bytes) {
        evictedBytes += bytes;
    }

    public long evictedBytes() {
        return evictedBytes;
    }

    /** Bytes a plan wanted that were not resident when it was made: what enforce mode would have read. */
    public void addForecastPrefetch(long bytes) {
        forecastPrefetchBytes += bytes;
    }

    public long forecastPrefetchBytes() {
        return forecastPrefetchBytes;
    }

    /** The sum over shards whose residency was looked at; -1 where none was. */
    public long residentBytes() {
        long total = -1;
        for (TrackedShard shard : shards.values()) {
            if (shard.residentBytes() >= 0) {
                total = Math.max(total, 0) + shard.residentBytes();
            }
        }
        return total;
    }

    /** The NUMA node its readers are bound to, or those they spread their memory over. */
    public NodeTarget readersNode() {
        return readersNode;
    }

    /** Where the pages of its last prefetch go; null before there was one. */
    public NodeTarget target() {
        return target;
    }

    public void target(NodeTarget chosen) {
        target = chosen;
    }

    /** Null where none is known. */
    public AcceleratorView accelerator() {
        return accelerator;
    }

    /** When {@link #place} was told last; 0 before. */
    public long placeSeenNanos() {
        return placeSeenNanos;
    }

    public void place(NodeTarget readers, AcceleratorView with, long nowNanos) {
        readersNode = readers;
        accelerator = with;
        placeSeenNanos = nowNanos;
    }

    /** A reader was seen with O_DIRECT. */
    public void readsDirectly() {
        directIo = true;
    }

    public boolean isPrefetchingItself() {
        return prefetchesItself;
    }

    /** Pages were seen ahead of its readers that nobody here asked for. Returns true the first time. */
    public boolean sawItPrefetch() {
        boolean first = !prefetchesItself;
        prefetchesItself = true;
        return first;
    }

    /** What each reader's progress was known by, when it was last looked at. */
    public void progress(Map<Integer, ReaderProgress> seen) {
        progress = Map.copyOf(seen);
    }

    public ReaderProgress progress(int pid) {
        return progress.getOrDefault(pid, ReaderProgress.UNKNOWN);
    }

    /** Counts its readers as they come: an answer about fewer of them is out of date. */
    public int generation() {
        return generation;
    }

    /** Its shards' frontiers were looked at. */
    public void frontiersSeen(long nowNanos) {
        frontiersSeenNanos = nowNanos;
        rate.seen(progressBytes(), nowNanos);
    }

    /** When its readers were looked at last; 0 before. */
    public long frontiersSeenNanos() {
        return frontiersSeenNanos;
    }

    /** How much its readers have got through: their frontiers, or what they have touched where they have none. */
    public long progressBytes() {
        long sum = 0;
        for (TrackedShard shard : shards.values()) {
            sum += Math.max(shard.frontierBytes(), shard.touched().byAll().bytes());
        }
        return sum;
    }

    /** How fast its readers move, smoothed over about a second. */
    public double bytesPerSecond() {
        return rate.bytesPerSecond();
    }

    public LoadView view(boolean ended, boolean keepsPagesAcrossOpens, long nowNanos) {
        List<FileView> views = new ArrayList<>(shards.size());
        shards.values().forEach(shard -> views.add(shard.view()));
        return new LoadView(
                views,
                readers.size(),
                ended,
                keepsPagesAcrossOpens,
                Math.max(0, nowNanos - startedNanos) / 1e9,
                rate.bytesPerSecond(),
                readersNode.node(),
                accelerator,
                directIo,
                prefetchesItself);
    }
}
