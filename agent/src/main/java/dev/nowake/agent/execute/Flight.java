package dev.nowake.agent.execute;

/**
 * One chunk's way, from the turn its job got until it was looked at: it holds bytes of its mount's budget all the way, and
 * bytes of its job's until it ends or the mount is fenced. Thread-safe.
 */
final class Flight {
    /** Whether the mount answered for the chunk. */
    private enum Ending {
        /** Never asked, or not waited for. */
        DROPPED,
        FAILED,
        LANDED
    }

    private final MountBudget mount;
    private final Job job;
    private final long begunNanos;

    /** Guarded by the mount's lock. */
    private long mountBytes;

    private ByteBudget room;
    private long roomBytes;
    private long tookBytes;
    private Placement placement = Placement.ANYWHERE;
    private boolean singlePages;
    private boolean fenced;
    private boolean refused;
    private Ending ending = Ending.DROPPED;

    Flight(MountBudget mount, Job job, long bytes, long begunNanos) {
        this.mount = mount;
        this.job = job;
        this.mountBytes = bytes;
        this.begunNanos = begunNanos;
    }

    Job job() {
        return job;
    }

    long begunNanos() {
        return begunNanos;
    }

    /** The caller holds the mount's lock. */
    long mountBytes() {
        return mountBytes;
    }

    /** The caller holds the mount's lock. */
    void mountBytes(long bytes) {
        mountBytes = bytes;
    }

    /** Takes the job's bytes where its pages are to lie; false without room, and on a mount fenced meanwhile. */
    synchronized boolean tryAcquire(ByteBudget budget, long bytes, Placement where) {
        placement = where;
        refused = fenced || !budget.tryAcquire(bytes, where);
        if (refused) {
            return false;
        }
        room = budget;
        roomBytes = bytes;
        singlePages = budget.isSinglePages(where);
        return true;
    }

    synchronized Placement placement() {
        return placement;
    }

    /** No large folios are to be asked for. */
    synchronized boolean isSinglePages() {
        return singlePages;
    }

    /** The chunk is no longer than that: gives the rest back. */
    void shrinkTo(long bytes) {
        mount.shrink(this, bytes);
        giveBackAbove(bytes, 0);
    }

    /** Memory the chunk has taken, or may have where nobody has looked. */
    synchronized void took(long bytes) {
        tookBytes = bytes;
    }

    /** Nothing comes back: the job's bytes are others' again, the mount's stay taken, and so does their memory. */
    synchronized void fence() {
        fenced = true;
        giveBackAbove(0, roomBytes);
    }

    /** Whether it was not the mount that had no room. */
    synchronized boolean isRefused() {
        return refused;
    }

    /** Whether the mount answered for the chunk, if with an error. */
    boolean isAnswered() {
        return ending != Ending.DROPPED;
    }

    /** Whether the time it took says something of the mount. */
    synchronized boolean isTelling() {
        return ending == Ending.LANDED && !fenced;
    }

    void landed() {
        ending = Ending.LANDED;
    }

    void failed() {
        ending = Ending.FAILED;
    }

    /** Gives everything back; the first time. */
    void end(long nowNanos) {
        giveBack();
        mount.ended(this, nowNanos);
    }

    private synchronized void giveBack() {
        giveBackAbove(0, tookBytes);
    }

    private synchronized void giveBackAbove(long bytes, long landedBytes) {
        long above = roomBytes - bytes;
        if (above > 0) {
            roomBytes = bytes;
            room.settle(above, Math.min(above, landedBytes), placement);
        }
    }
}
