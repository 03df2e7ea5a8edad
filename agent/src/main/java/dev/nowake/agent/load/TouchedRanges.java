package dev.nowake.agent.load;

import dev.nowake.model.RangeSet;

/** What the readers of a shard are seen to have touched. Belongs to the engine's thread. */
public final class TouchedRanges {
    private RangeSet byAll = RangeSet.EMPTY;
    private RangeSet byAny = RangeSet.EMPTY;
    private RangeSet quiet = RangeSet.EMPTY;
    private boolean known;

    /** What every reader is seen to have touched. Returns whether it is more, or other, than what was known. */
    public boolean byAll(RangeSet ranges) {
        boolean news = !ranges.equals(byAll) || !quiet.equals(byAll);
        quiet = byAll.intersect(ranges);
        byAll = ranges;
        known = true;
        return news;
    }

    /** What every reader has touched. */
    public RangeSet byAll() {
        return byAll;
    }

    /** Every one of the readers was looked at. */
    public boolean isKnown() {
        return known;
    }

    /** Touched by all since the look before the last: somebody may be at it still. */
    public RangeSet justNow() {
        return byAll.minus(quiet);
    }

    /** What some reader was seen to touch, or had touched when it went. */
    public void byAny(RangeSet ranges) {
        byAny = byAny.union(ranges);
    }

    /** What any reader of this load, gone by now or not, was seen to touch. */
    public RangeSet byAny() {
        return byAny;
    }

    /** Another reader came: what all of them have touched is not known until it was looked at as well. */
    void anotherReader() {
        byAll = RangeSet.EMPTY;
        quiet = RangeSet.EMPTY;
        known = false;
    }
}
