package dev.nowake.agent.mirror.evict;

import java.io.IOException;

/** How a mirror's disk stood at the last look, and what has left it. One thread notes, any thread asks. */
final class DiskTally {
    private record Looked(DiskStanding standing, long missingBytes, String why, long nanos) {}

    private final DiskBudget budget;
    private volatile Looked looked;
    private volatile DiskCounts counts = DiskCounts.NONE;

    DiskTally(DiskBudget budget) {
        this.budget = budget;
    }

    void note(DiskOutcome outcome) {
        DiskStanding before = outcome.before();
        long freed = outcome.freedBytes();
        looked = new Looked(
                new DiskStanding(
                        before.budgetBytes(),
                        Math.max(0, before.usedBytes() - freed),
                        before.freeBytes() + freed,
                        before.reserveBytes()),
                outcome.missingBytes(),
                outcome.why(),
                System.nanoTime());
        counts = counts.plus(outcome);
    }

    /** Null before the first look. Looks again where that is a while ago, so it may wait for the disk. */
    DiskFigures figures() {
        Looked last = looked;
        if (last == null) {
            return null;
        }
        long nanos = last.nanos();
        DiskStanding standing = last.standing();
        if (System.nanoTime() - nanos > DiskPace.FILLING_NANOS) {
            try {
                standing = budget.look();
                nanos = System.nanoTime();
            } catch (IOException unseen) {
                standing = last.standing();
            }
        }
        double agoSeconds = (System.nanoTime() - nanos) / 1e9;
        return new DiskFigures(standing, last.missingBytes(), last.why(), agoSeconds, counts);
    }
}
