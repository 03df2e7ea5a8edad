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

    /** Takes the job's bytes; false without room, and on a mount fenced meanwhile. */
    synchronized boolean tryAcquire(ByteBudget budget, long bytes) {
        refused = fenced || !budget.tryAcquire(bytes);
        if (refused) {
            return false;
        }
        room = budget;
        roomBytes = bytes;
        return true;
    }

    /** The chunk is no longer than that: gives the rest back. */
    void shrinkTo(long bytes) {
        mount.shrink(this, bytes);
        giveBackAbove(bytes);
    }

    /** Nothing comes back: the job's bytes are others' again, the mount's stay taken. */
    synchronized void fence() {
        fenced = true;
        giveBackAbove(0);
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
        giveBackAbove(0);
        mount.ended(this, nowNanos);
    }

    private synchronized void giveBackAbove(long bytes) {
        long above = roomBytes - bytes;
        if (above > 0) {
            roomBytes = bytes;
            room.release(above);
        }
    }
}
