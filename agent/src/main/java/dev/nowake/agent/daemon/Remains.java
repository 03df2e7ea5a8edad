package dev.nowake.agent.daemon;

import dev.nowake.agent.load.TrackedShard;
import dev.nowake.model.RangeSet;
import java.util.List;
import java.util.Map;

/**
 * What becomes of a load's pages at its end; all else stays. In each list every file has one place at most.
 *
 * @param drop what is dropped now
 * @param withheld what would be, did an operator not keep it or have everything stopped
 */
record Remains(List<Work> drop, List<Work> withheld) {
    static final Remains NOTHING = new Remains(List.of(), List.of());

    /** Of one file: what all steps of the policy come to. */
    record Work(TrackedShard shard, RangeSet ranges) {}

    static Remains of(Map<TrackedShard, RangeSet> drop, Map<TrackedShard, RangeSet> withheld) {
        return new Remains(works(drop), works(withheld));
    }

    private static List<Work> works(Map<TrackedShard, RangeSet> ranges) {
        return ranges.entrySet().stream()
                .map(each -> new Work(each.getKey(), each.getValue()))
                .toList();
    }
}
