package dev.nowake.policy.builtin;

import dev.nowake.policy.Argument;
import dev.nowake.policy.FileView;
import dev.nowake.policy.LoadView;
import dev.nowake.policy.Node;
import dev.nowake.policy.Policy;
import dev.nowake.policy.PolicyInput;
import dev.nowake.policy.Step;
import dev.nowake.policy.Trigger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The default: shards in the order they are consumed, a window ahead of the readers, what they have read dropped behind
 * them when memory is short, and everything dropped after the last one, except what was resident before.
 */
public final class LoadAndReleasePolicy implements Policy {
    private static final String NODE = "node";

    /** Nodes by number as far as two sockets cut into four each; what has more asks a script. */
    private static final Argument WHERE = new Argument.Choice(
            "reader", List.of("reader", "accelerator", "interleave", "0", "1", "2", "3", "4", "5", "6", "7"));

    @Override
    public String name() {
        return "load-and-release";
    }

    @Override
    public String description() {
        return "prefetches a model's shards in the order they are read and gives the memory back after the last reader";
    }

    @Override
    public Map<String, Argument> arguments() {
        return Map.of(
                "window",
                Lookahead.WINDOW,
                "lookaheadFiles",
                Lookahead.FILES,
                NODE,
                WHERE,
                Lookahead.MISPLACED,
                Lookahead.MISPLACED_PAGES,
                "leftovers",
                new Argument.Choice("keep", List.of("keep", "evict")),
                "room",
                new Argument.Choice("none", List.of("none", "reclaim", "reserve")),
                "mapped",
                new Argument.Choice("leave", List.of("leave", "pageout")));
    }

    @Override
    public List<Step> prefetch(PolicyInput input) {
        return Lookahead.steps(input, node(input.args().get(NODE)));
    }

    @Override
    public List<Step> evict(PolicyInput input) {
        LoadView load = input.load();
        if (load == null || input.trigger() == Trigger.WRITTEN) {
            return List.of(); // what a writer brought in is not ours to drop
        }
        if (load.ended()) {
            return release(load);
        }
        if (load.directIo()) {
            return List.of(); // its bytes pass the page cache by: room there is no use to it
        }
        List<Step> steps = new ArrayList<>();
        Trigger trigger = input.trigger();
        // at opens only, not ten times a second: what could not be dropped then (dirty, mapped) will not go now
        if ((trigger == Trigger.OPEN || trigger == Trigger.PRESSURE)
                && "evict".equals(input.args().get("leftovers"))) {
            steps.addAll(Room.leftovers(input));
        }
        if (trigger == Trigger.PRESSURE || (trigger == Trigger.PROGRESS && Room.missingBytes(load, input.host()) > 0)) {
            boolean pageOut = "pageout".equals(input.args().get("mapped"));
            long margin = DropBehind.marginBytes(Lookahead.windowBytes(input));
            steps.addAll(DropBehind.steps(
                    load, input.layouts(), margin, pageOut ? Step.IfMapped.PAGEOUT : Step.IfMapped.LEAVE));
        }
        return steps;
    }

    /** {@code word}: one of {@link #WHERE}; null where a caller left the argument out. */
    private static Node node(Object word) {
        return switch (word == null ? "reader" : word.toString()) {
            case "reader" -> Node.READER;
            case "accelerator" -> Node.ACCELERATOR;
            case "interleave" -> Node.INTERLEAVE;
            default -> new Node.Number(Integer.parseInt(word.toString()));
        };
    }

    /** Everything of a load that is over. */
    static List<Step> release(LoadView load) {
        List<Step> steps = new ArrayList<>();
        for (FileView file : load.files()) {
            steps.add(Step.Evict.whole(file.id(), "last reader gone"));
        }
        return steps;
    }
}
