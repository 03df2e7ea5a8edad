package dev.nowake.agent.mirror.evict;

/** When to look at a mirror's disk next. */
final class DiskPace {
    /** At 2 GB/s 10 GB come in meanwhile, which a reserve holds. A look is a statx(2) for each file. */
    static final long FILLING_NANOS = 5_000_000_000L;

    /** Others fill a disk too, and nobody of ours waits for it. */
    static final long IDLE_NANOS = 60_000_000_000L;

    private DiskPace() {}

    /** {@code stuck}: there is not enough room, and what could be done has been done. */
    static long nextNanos(boolean filling, boolean stuck) {
        return filling && !stuck ? FILLING_NANOS : IDLE_NANOS;
    }
}
