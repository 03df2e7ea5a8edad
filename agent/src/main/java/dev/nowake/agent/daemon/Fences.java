package dev.nowake.agent.daemon;

import dev.nowake.agent.execute.FenceListener;
import dev.nowake.agent.execute.MountState;
import dev.nowake.agent.observe.Counter;
import dev.nowake.agent.observe.Counters;
import dev.nowake.agent.observe.Journal;
import dev.nowake.agent.observe.LineKind;

/** Tells of mounts that stand still: a line and a count when one is fenced, and when that is over. Any thread. */
final class Fences implements FenceListener {
    private final Mounts mounts;
    private final Counters counters;
    private final Journal journal;

    Fences(Mounts mounts, Counters counters, Journal journal) {
        this.mounts = mounts;
        this.counters = counters;
        this.journal = journal;
    }

    @Override
    public void fenced(MountState mount, long silentNanos) {
        counters.increment(Counter.MOUNTS_FENCED);
        line(LineKind.FENCE, mount)
                .put("silentSeconds", silentNanos / 1e9)
                .put("inFlightBytes", mount.inFlightBytes())
                .put("reason", "returned nothing: nothing more is asked of it until it does")
                .log();
    }

    @Override
    public void lifted(MountState mount, long fencedNanos) {
        counters.increment(Counter.FENCES_LIFTED);
        line(LineKind.LIFT, mount)
                .put("fencedSeconds", fencedNanos / 1e9)
                .put("budgetBytes", mount.budgetBytes())
                .put("reason", "returns again")
                .log();
    }

    private Journal.Line line(LineKind kind, MountState mount) {
        return journal.line(kind).path(mounts.pointOf(mount.device())).put("fsType", mount.fsType());
    }
}
