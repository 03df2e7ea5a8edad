package dev.nowake.agent.daemon;

import dev.nowake.agent.load.Load;
import dev.nowake.agent.load.TrackedShard;
import dev.nowake.agent.observe.Counter;
import dev.nowake.agent.observe.LineKind;
import dev.nowake.kernel.FileStatus;
import dev.nowake.kernel.KernelException;
import dev.nowake.model.RangeSet;

/**
 * Notices files that are written in place while somebody reads them, by their size and time of change. From then on they
 * are left alone until the load is over. Belongs to the engine's thread.
 */
final class Rewrites {
    private final Parts parts;
    private final LayoutShelf layouts;
    private final Baseline baseline;

    Rewrites(Parts parts, LayoutShelf layouts, Baseline baseline) {
        this.parts = parts;
        this.layouts = layouts;
        this.baseline = baseline;
    }

    /** At files on local filesystems: another's server may not answer, and its writers are elsewhere. */
    void look(Load load) {
        for (TrackedShard shard : load.shards()) {
            if (shard.file() == null
                    || parts.mounts().of(shard.shard().id().device()).remote()) {
                continue;
            }
            try {
                FileStatus now = parts.kernel().files().status(shard.file());
                if (shard.history().seenAs(now)) {
                    rewritten(load, shard, now);
                }
            } catch (KernelException unknown) {
                continue; // it is looked at again with the next look
            }
        }
    }

    private void rewritten(Load load, TrackedShard shard, FileStatus now) {
        // what a writer left in page cache is not ours to drop, whatever was in it before
        shard.residentBefore(RangeSet.between(0, Math.max(shard.shard().sizeBytes(), now.sizeBytes())));
        layouts.forget(shard.shard().id());
        baseline.forget(shard.shard().id());
        parts.counters().increment(Counter.REWRITTEN);
        parts.line(LineKind.LOAD, load)
                .path(shard.path())
                .put("sizeBytes", now.sizeBytes())
                .put("reason", "written in place while it is read: nothing of it is prefetched or dropped any more")
                .log();
    }
}
