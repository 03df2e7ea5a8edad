package dev.nowake.policy;

import dev.nowake.model.FileId;
import dev.nowake.model.RangeSet;

/**
 * One shard as the policy sees it now.
 *
 * @param path a label, as first reached
 * @param frontierBytes how far its furthest sequential reader has got; 0 before anything is known
 * @param touched ranges every reader that has it open is seen to have read; an estimate
 * @param prefetched ranges this load has asked for so far
 * @param residentBefore ranges resident before the load's first open, which stay
 * @param residentBytes -1 where it is unknown
 * @param inUse somebody has it open or mapped
 */
public record FileView(
        FileId id,
        int shard,
        String path,
        long sizeBytes,
        boolean opened,
        boolean inUse,
        long frontierBytes,
        RangeSet touched,
        RangeSet prefetched,
        RangeSet residentBefore,
        long residentBytes) {}
