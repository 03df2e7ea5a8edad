package dev.nowake.policy.builtin;

import dev.nowake.model.ByteRange;
import dev.nowake.model.FileId;
import dev.nowake.model.RangeSet;
import dev.nowake.model.Tensor;
import dev.nowake.policy.FileView;
import dev.nowake.policy.Layouts;
import dev.nowake.policy.LoadView;
import dev.nowake.policy.Step;
import java.util.ArrayList;
import java.util.List;

/** What every reader of a load has read and left behind, while they still read. */
final class DropBehind {
    /**
     * So far behind the slowest reader pages stay, for a loader may go back a little: a sixteenth of the window, 64 MiB of a
     * GiB. On a host full of page cache all that stays was taken from others: with 256 MiB kswapd scanned 28 % of what it
     * does without nowake. Less than 64 MiB gains nothing, as 0.1 s pass until a reader is looked at again.
     */
    private static final long LEAST_MARGIN_BYTES = 64L << 20;

    static final long MOST_MARGIN_BYTES = 256L << 20;

    private static final int MARGIN_DIVISOR = 16;

    /**
     * What stands before the first tensor, where that is not known. A GGUF header with its vocabulary is 5 to 11 MB, that
     * of a safetensors shard a tenth of one; and readers come back to it as they please.
     */
    static final long HEADER_BYTES = 16L << 20;

    private DropBehind() {}

    static long marginBytes(long windowBytes) {
        return Math.clamp(windowBytes / MARGIN_DIVISOR, LEAST_MARGIN_BYTES, MOST_MARGIN_BYTES);
    }

    /** {@code ifMapped}: what is to become of pages a reader still maps. */
    static List<Step> steps(LoadView load, Layouts layouts, long marginBytes, Step.IfMapped ifMapped) {
        List<Step> steps = new ArrayList<>();
        for (FileView file : load.files()) {
            if (file.opened() && file.residentBytes() != 0 && !file.touched().isEmpty()) {
                List<Tensor> tensors = layouts.of(file.id()).tensors();
                RangeSet passed = quiet(file, marginBytes, !tensors.isEmpty());
                if (jumps(file)) {
                    passed = wholeTensors(passed, tensors);
                }
                add(file.id(), passed.minus(header(file, tensors)).minus(file.residentBefore()), ifMapped, steps);
            }
        }
        return steps;
    }

    private static void add(FileId file, RangeSet ranges, Step.IfMapped ifMapped, List<Step> steps) {
        for (ByteRange range : ranges.ranges()) {
            steps.add(new Step.Evict(
                    file, range.start(), range.lengthBytes(), ifMapped, false, "read by all, memory is short"));
        }
    }

    /** Never behind a reader while anybody has the file. */
    private static RangeSet header(FileView file, List<Tensor> tensors) {
        if (!file.inUse()) {
            return RangeSet.EMPTY;
        }
        return RangeSet.between(
                0, tensors.isEmpty() ? HEADER_BYTES : tensors.getFirst().bytes().start());
    }

    /**
     * Behind a sequential reader by the margin; all of a file that was closed. A reader that jumps may return to half a
     * tensor, so its file is left alone where tensors are not known.
     */
    private static RangeSet quiet(FileView file, long marginBytes, boolean tensorsKnown) {
        if (!file.inUse()) {
            return file.touched();
        }
        if (jumps(file)) {
            return tensorsKnown ? file.touched() : RangeSet.EMPTY;
        }
        // the frontier is the furthest reader's; what all have touched ends at the slowest one's
        long slowest =
                Math.min(file.frontierBytes(), file.touched().ranges().getLast().end());
        return file.touched().within(0, slowest - marginBytes);
    }

    /** Whoever goes from start to end is past what is behind it; one that jumps may be in the middle of a tensor. */
    private static boolean jumps(FileView file) {
        return file.inUse() && file.frontierBytes() == 0;
    }

    /** Without the tensors that are not wholly inside. Tensors come in file order. */
    private static RangeSet wholeTensors(RangeSet quiet, List<Tensor> tensors) {
        List<ByteRange> cut = new ArrayList<>();
        List<ByteRange> ranges = quiet.ranges();
        int i = 0;
        for (Tensor tensor : tensors) {
            while (i < ranges.size() && ranges.get(i).end() <= tensor.bytes().start()) {
                i++;
            }
            if (i == ranges.size()) {
                break;
            }
            ByteRange range = ranges.get(i);
            boolean inside =
                    range.start() <= tensor.bytes().start() && tensor.bytes().end() <= range.end();
            if (!inside && range.start() < tensor.bytes().end()) {
                cut.add(tensor.bytes());
            }
        }
        return quiet.minus(RangeSet.ofAll(cut));
    }
}
