package dev.nowake.policy.builtin;

import dev.nowake.model.ByteRange;
import dev.nowake.model.RangeSet;
import dev.nowake.policy.Argument;
import dev.nowake.policy.FileView;
import dev.nowake.policy.LoadView;
import dev.nowake.policy.Node;
import dev.nowake.policy.PolicyInput;
import dev.nowake.policy.Step;
import java.util.ArrayList;
import java.util.List;

/** Shards in the order they are consumed, as far ahead of the readers as a window allows. */
final class Lookahead {
    private static final long GIB = 1L << 30;

    /**
     * The window when the rule names none: 25 % of available memory, so that what the loader itself allocates (often
     * another copy of the model) still fits, and at most 80 GiB, beyond which no storage we know runs dry. The best
     * published figures for loads from network storage were reached with these two numbers.
     */
    private static final long MAX_WINDOW_BYTES = 80 * GIB;

    private static final int WINDOW_DIVISOR = 4;

    /** A reader that jumps leaves holes. So many of them are asked for at a time; the others come with the next call. */
    private static final int MAX_RANGES_PER_FILE = 256;

    /** On a host short of memory a quarter of what is available may be next to nothing; the governor says what there is. */
    private static final long LEAST_WINDOW_BYTES = GIB;

    /** From a reader passing a byte to its being free: a look every 0.1 s, and as long again to drop what it found. */
    private static final double LAG_SECONDS = 0.2;

    /** Before its rate is known a reader is taken to be a fast one. */
    private static final double LEAST_BYTES_PER_SECOND = 1e9;

    private static final int LEAST_PART_AHEAD = 3;

    /** Zero means: by the host's memory. */
    static final Argument WINDOW = new Argument.Size(0);

    static final Argument FILES = new Argument.Count(Long.MAX_VALUE);

    static final String MISPLACED = "misplaced";

    /** What becomes of pages found on another node than they are wanted on. */
    static final Argument MISPLACED_PAGES = new Argument.Choice("keep", List.of("keep", "move"));

    private Lookahead() {}

    /**
     * What to ask for now. Nothing where there is no load, it is over, its loader brings its pages itself, or reads past
     * the page cache: two prefetchers only take the disk from each other.
     */
    static List<Step> steps(PolicyInput input, Node node) {
        if (!wanted(input.load())) {
            return List.of();
        }
        long window = aheadBytes(input);
        Step.IfMisplaced misplaced =
                "move".equals(input.args().get(MISPLACED)) ? Step.IfMisplaced.MOVE : Step.IfMisplaced.KEEP;
        List<Step> steps = new ArrayList<>();
        long planned = 0;
        for (FileView file : consumptionOrder(input)) {
            if (planned >= window) {
                break;
            }
            RangeSet ahead = ahead(file).first(window - planned);
            for (ByteRange range :
                    ahead.ranges().stream().limit(MAX_RANGES_PER_FILE).toList()) {
                String reason = file.inUse() ? "being read" : "lookahead";
                steps.add(new Step.Prefetch(file.id(), range.start(), range.lengthBytes(), node, misplaced, 0, reason));
                planned += range.lengthBytes();
            }
        }
        return steps;
    }

    static boolean wanted(LoadView load) {
        return load != null && !load.ended() && !load.prefetchesItself() && !load.directIo();
    }

    static long windowBytes(PolicyInput input) {
        long asked = input.args().get("window") instanceof Number number ? number.longValue() : 0;
        return asked > 0
                ? asked
                : Math.clamp(input.host().availableBytes() / WINDOW_DIVISOR, LEAST_WINDOW_BYTES, MAX_WINDOW_BYTES);
    }

    /**
     * The part of the window that is ahead of the readers: all of it, but where the rest of the load does not fit and is
     * dropped behind them. What lies behind is then a part of the window too.
     */
    private static long aheadBytes(PolicyInput input) {
        long window = windowBytes(input);
        if (Room.missingBytes(input.load(), input.host()) == 0) {
            return window;
        }
        double rate = Math.max(LEAST_BYTES_PER_SECOND, input.load().bytesPerSecond());
        long behind = DropBehind.marginBytes(window) + (long) (rate * LAG_SECONDS);
        return Math.max(window / LEAST_PART_AHEAD, window - behind);
    }

    private static RangeSet ahead(FileView file) {
        if (!file.inUse()) {
            return RangeSet.between(0, file.sizeBytes());
        }
        return RangeSet.between(file.frontierBytes(), file.sizeBytes()).minus(file.touched());
    }

    /**
     * Files in use first, in shard order; then the unopened ones after the furthest opened, then those before it. A mount
     * that drops a file's pages at every open gets no lookahead: it would be read twice.
     */
    private static List<FileView> consumptionOrder(PolicyInput input) {
        List<FileView> files = input.load().files();
        List<FileView> order = new ArrayList<>();
        int furthest = -1;
        for (FileView file : files) {
            if (file.inUse()) {
                order.add(file);
            }
            if (file.opened()) {
                furthest = file.shard();
            }
        }
        if (input.load().keepsPagesAcrossOpens()) {
            long ahead = input.args().get("lookaheadFiles") instanceof Number n ? n.longValue() : Long.MAX_VALUE;
            for (int i = 1; i <= files.size() && ahead > 0; i++) {
                FileView file = files.get(Math.floorMod(furthest + i, files.size()));
                if (!file.opened()) {
                    order.add(file);
                    ahead--;
                }
            }
        }
        return order;
    }
}
