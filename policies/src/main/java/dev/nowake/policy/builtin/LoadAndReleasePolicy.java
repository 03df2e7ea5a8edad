package dev.nowake.policy.builtin;

import dev.nowake.policy.Argument;
import dev.nowake.policy.FileView;
import dev.nowake.policy.LoadView;
import dev.nowake.policy.Policy;
import dev.nowake.policy.PolicyInput;
import dev.nowake.policy.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The default: shards in the order they are consumed, a window ahead of the readers, and everything dropped after the last
 * one, except what was resident before.
 */
public final class LoadAndReleasePolicy implements Policy {
    private static final long GIB = 1L << 30;

    /**
     * The window when the rule names none: 25 % of available memory, so that what the loader itself allocates (often
     * another copy of the model) still fits, and at most 80 GiB, beyond which no storage we know runs dry. The best
     * published figures for loads from network storage were reached with these two numbers.
     */
    private static final long MAX_WINDOW_BYTES = 80 * GIB;

    private static final int WINDOW_DIVISOR = 4;

    @Override
    public String name() {
        return "load-and-release";
    }

    @Override
    public Map<String, Argument> arguments() {
        return Map.of(
                "window", new Argument.Size(0),
                "lookaheadFiles", new Argument.Count(Long.MAX_VALUE),
                "leftovers", new Argument.Choice("keep", List.of("keep", "evict")),
                "room", new Argument.Choice("none", List.of("none", "reclaim")));
    }

    @Override
    public List<Step> prefetch(PolicyInput input) {
        LoadView load = input.load();
        if (load.ended()) {
            return List.of();
        }
        long window = windowBytes(input);
        List<Step> steps = new ArrayList<>();
        long planned = 0;
        for (FileView file : consumptionOrder(input)) {
            long start = file.inUse() ? Math.min(file.frontierBytes(), file.sizeBytes()) : 0;
            long length = Math.min(file.sizeBytes() - start, window - planned);
            if (length > 0) {
                steps.add(new Step.Prefetch(file.id(), start, length, file.inUse() ? "being read" : "lookahead"));
                planned += length;
            }
            if (planned >= window) {
                break;
            }
        }
        return steps;
    }

    @Override
    public List<Step> evict(PolicyInput input) {
        if (!input.load().ended()) {
            return List.of();
        }
        List<Step> steps = new ArrayList<>();
        for (FileView file : input.load().files()) {
            steps.add(Step.Evict.whole(file.id(), "last reader gone"));
        }
        return steps;
    }

    static long windowBytes(PolicyInput input) {
        long asked = input.args().get("window") instanceof Number number ? number.longValue() : 0;
        return asked > 0 ? asked : Math.min(MAX_WINDOW_BYTES, input.host().availableBytes() / WINDOW_DIVISOR);
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
