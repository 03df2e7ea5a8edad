package dev.nowake.agent.mirror.fill;

/**
 * A remote that fails is asked for one thing at a time that nobody waits for, and after a pause that grows; until anything comes.
 * Guarded by the filler's lock.
 */
final class Setbacks {
    private final Backoff backoff;
    private int inARow;
    private long untilNanos;
    private int aheadUnderWay;

    Setbacks(Backoff backoff) {
        this.backoff = backoff;
    }

    boolean isSet() {
        return inARow > 0;
    }

    boolean mayGoAhead(long nowNanos) {
        return inARow == 0 || aheadUnderWay == 0 && nowNanos - untilNanos >= 0;
    }

    /** Until {@link #mayGoAhead}, where nothing happens meanwhile; Long.MAX_VALUE where something must. */
    long waitNanos(long nowNanos) {
        return inARow == 0 ? 0 : aheadUnderWay > 0 ? Long.MAX_VALUE : Math.max(0, untilNanos - nowNanos);
    }

    void begins(Fetch fetch) {
        aheadUnderWay += fetch.isNeeded() ? 0 : 1;
    }

    void ends(Fetch fetch) {
        aheadUnderWay -= fetch.isNeeded() ? 0 : 1;
    }

    void failed(long nowNanos) {
        untilNanos = nowNanos + backoff.nanos(++inARow);
    }

    void came() {
        inARow = 0;
    }
}
