package dev.nowake.agent.daemon;

import dev.nowake.agent.load.ActiveLoad;
import dev.nowake.agent.load.Load;
import dev.nowake.agent.load.TrackedShard;
import dev.nowake.agent.observe.Counters;
import dev.nowake.agent.observe.Measure;

/** How far a load's readers are behind the edge of its prefetch, measured at every look while the prefetch goes on. */
final class FrontierLag {
    /** A reader that moves slower than this stands still: the time it would need says nothing. */
    private static final double STANDING_BYTES_PER_SECOND = 1 << 20;

    private FrontierLag() {}

    /** The engine's thread. */
    static void observe(ActiveLoad active, Counters counters) {
        Load load = active.load();
        if (!active.enforced() || active.runningJobs().isEmpty() || !Waste.isFollowed(load)) {
            return;
        }
        long lag = Math.max(0, edgeBytes(load) - load.progressBytes());
        counters.measure(Measure.FRONTIER_LAG_BYTES).observe(lag);
        double pace = load.bytesPerSecond();
        if (lag == 0 || pace >= STANDING_BYTES_PER_SECOND) {
            counters.measure(Measure.FRONTIER_LAG_SECONDS).observe(lag == 0 ? 0 : lag / pace);
        }
    }

    private static long edgeBytes(Load load) {
        long edge = 0;
        for (TrackedShard shard : load.shards()) {
            edge += Math.min(shard.shard().sizeBytes(), shard.residentBefore().bytes() + shard.landedBytes());
        }
        return edge;
    }
}
