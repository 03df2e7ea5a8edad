package dev.nowake.agent.load;

import dev.nowake.kernel.FileStatus;

/** What was seen of a shard that holds until its load is over. Belongs to the engine's thread. */
public final class ShardHistory {
    private boolean wentBack;
    private boolean mappedBySeveral;
    private FileStatus seen;
    private boolean rewritten;

    /** A reader touches again what it has touched before. Returns true the first time. */
    public boolean seenGoingBack() {
        boolean first = !wentBack;
        wentBack = true;
        return first;
    }

    /** Nothing behind its readers is behind them any more. */
    public boolean hasGoneBack() {
        return wentBack;
    }

    /** Its pages could not be taken from one process because others map them too. Returns true the first time. */
    public boolean seenMappedBySeveral() {
        boolean first = !mappedBySeveral;
        mappedBySeveral = true;
        return first;
    }

    /**
     * The file as it is now, for the first time at its open. Returns true the first time it is another than it was: somebody
     * writes to it in place, and what was known of its contents is known no more.
     */
    public boolean seenAs(FileStatus now) {
        boolean same = seen == null || (now.sizeBytes() == seen.sizeBytes() && now.mtimeNanos() == seen.mtimeNanos());
        seen = seen == null ? now : seen;
        boolean first = !same && !rewritten;
        rewritten |= !same;
        return first;
    }

    /** It was written in place while somebody read it: its pages are the writer's, its layout is unknown. */
    public boolean isRewritten() {
        return rewritten;
    }
}
