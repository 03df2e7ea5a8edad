package dev.nowake.agent.progress;

import dev.nowake.model.RangeSet;

/**
 * Where the readers of one file are.
 *
 * @param touched what every one of them has touched
 * @param touchedByAny what at least one of them has
 * @param slowestBytes how far the slowest has got; -1 where one of them does not go from start to end
 * @param furthestBytes how far the furthest has; -1 likewise
 * @param wentBack one of them touches again what it has touched before
 */
public record FilePlace(
        RangeSet touched, RangeSet touchedByAny, long slowestBytes, long furthestBytes, boolean wentBack) {
    /** A reader without a place of its own leaves nothing to go by. */
    FilePlace with(FilePlace other) {
        boolean all = slowestBytes >= 0 && other.slowestBytes >= 0;
        return new FilePlace(
                touched.intersect(other.touched),
                touchedByAny.union(other.touchedByAny),
                all ? Math.min(slowestBytes, other.slowestBytes) : -1,
                all ? Math.max(furthestBytes, other.furthestBytes) : -1,
                wentBack || other.wentBack);
    }
}
