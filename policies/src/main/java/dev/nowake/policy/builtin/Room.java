package dev.nowake.policy.builtin;

import dev.nowake.model.FileId;
import dev.nowake.model.RangeSet;
import dev.nowake.policy.FileView;
import dev.nowake.policy.HostView;
import dev.nowake.policy.LoadView;
import dev.nowake.policy.ModelView;
import dev.nowake.policy.PolicyInput;
import dev.nowake.policy.Step;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Does the rest of a load fit into free memory, and if not, which leftovers of other models could go for it. */
final class Room {
    /**
     * Free memory below this is the kernel's own: kswapd was seen to wake for want of large blocks with 3 GiB free of 24.
     * An eighth, and on large hosts no more than 4 GiB, because blocks are plenty there.
     */
    private static final long MAX_RESERVE_BYTES = 4L << 30;

    private static final int RESERVE_DIVISOR = 8;

    private Room() {}

    /**
     * What the load will still bring in, bytes. What was only asked for counts, because it may be waiting for room: without
     * it drop-behind would stop when the last bytes are asked for, and they would wait for ever.
     */
    static long remainingBytes(LoadView load) {
        long remaining = 0;
        for (FileView file : load.files()) {
            RangeSet there = file.touched().union(file.residentBefore());
            remaining += Math.max(0, file.sizeBytes() - there.bytes());
        }
        return remaining;
    }

    /**
     * Bytes of free memory the rest of the load lacks; 0 where it fits. Free, not available memory: what is available
     * holds the pages this load has read, and for the rest of it kswapd would have to find them.
     */
    static long missingBytes(LoadView load, HostView host) {
        long remaining = remainingBytes(load);
        if (remaining == 0) {
            return 0;
        }
        long reserve = Math.min(MAX_RESERVE_BYTES, host.totalBytes() / RESERVE_DIVISOR);
        return Math.max(0, remaining + reserve - host.freeBytes());
    }

    /**
     * Files of models nobody uses, least recently used first, until what is missing would be free. What was never looked
     * at stays: nobody knows that it would help.
     */
    static List<Step> leftovers(PolicyInput input) {
        Set<FileId> own = input.load().files().stream().map(FileView::id).collect(Collectors.toSet());
        List<ModelView> unused = input.models().stream()
                .filter(model -> !model.inUse())
                .filter(model -> model.files().stream().noneMatch(file -> own.contains(file.id())))
                .sorted(Comparator.comparingDouble(ModelView::lastUsedSeconds).thenComparing(ModelView::name))
                .toList();
        long missing = missingBytes(input.load(), input.host());
        List<Step> steps = new ArrayList<>();
        for (ModelView model : unused) {
            for (ModelView.ModelFile file : model.files()) {
                if (missing <= 0) {
                    return steps;
                }
                if (file.residentBytes() > 0) {
                    steps.add(Step.Evict.whole(
                            file.id(),
                            "leftover of " + model.name() + ", room for "
                                    + input.model().name()));
                    missing -= file.residentBytes();
                }
            }
        }
        return steps;
    }
}
