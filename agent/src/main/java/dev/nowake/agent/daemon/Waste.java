package dev.nowake.agent.daemon;

import dev.nowake.agent.load.Load;
import dev.nowake.agent.load.TrackedShard;

/**
 * What of a load's prefetch no reader had touched by its end, as far as that can be told: all of a shard nobody opened, and
 * of the others what lies outside of everything a reader was seen to touch, where page tables or positions say so of every
 * reader.
 *
 * @param wastedBytes surely for nothing
 * @param unjudgedBytes nobody knows: readers that cannot be followed, and what they may have touched since the last look
 */
record Waste(long wastedBytes, long unjudgedBytes) {
    /** What is read of a small shard between an open and a close that no look fell between. */
    private static final long UNSEEN_BYTES = 64L << 20;

    /** Twice what lies between two looks at a load that moves: a shard may be closed just before one that comes late. */
    private static final double LOOK_SECONDS = 0.2;

    /** Before the load's pages are dropped, or after. The engine's thread. */
    static Waste of(Load load) {
        boolean followed = isFollowed(load);
        long unseenBytes = unseenBytes(load);
        long wasted = 0;
        long unjudged = 0;
        for (TrackedShard shard : load.shards()) {
            long landed = shard.landedBytes();
            if (!shard.opened()) {
                wasted += landed;
            } else if (!followed || shard.touched().byAny().isEmpty()) {
                unjudged += landed;
            } else {
                long untouched = shard.shard().sizeBytes()
                        - shard.touched().byAny().union(shard.residentBefore()).bytes();
                long doubtful = Math.clamp(untouched, 0, landed);
                long unseen = Math.min(doubtful, unseenBytes);
                wasted += doubtful - unseen;
                unjudged += unseen;
            }
        }
        return new Waste(wasted, unjudged);
    }

    /** What its readers touch is told by their page tables or positions: of every one of them. */
    static boolean isFollowed(Load load) {
        return !load.readers().isEmpty()
                && load.readers().keySet().stream()
                        .allMatch(pid -> switch (load.progress(pid).source()) {
                            case PAGE_TABLE, POSITION -> true;
                            case TRACEPOINTS, RESIDENCY, UNKNOWN -> false;
                        });
    }

    /** What of a shard its readers may have touched between the last look at them and their end, or the shard's close. */
    private static long unseenBytes(Load load) {
        double seconds = Math.max(LOOK_SECONDS, (load.lastUseNanos() - load.frontiersSeenNanos()) / 1e9);
        return UNSEEN_BYTES + (long) (load.bytesPerSecond() * seconds);
    }
}
