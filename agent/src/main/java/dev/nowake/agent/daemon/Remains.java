package dev.nowake.agent.daemon;

import dev.nowake.agent.load.TrackedShard;
import dev.nowake.model.RangeSet;
import java.util.List;

/**
 * What becomes of a load's pages at its end; all else stays.
 *
 * @param drop what is dropped now
 * @param withheld what would be, did an operator not keep it or have everything stopped
 */
record Remains(List<Work> drop, List<Work> withheld) {
    static final Remains NOTHING = new Remains(List.of(), List.of());

    /** Of one file, and what the policy says why. */
    record Work(TrackedShard shard, RangeSet ranges, String reason) {}
}
