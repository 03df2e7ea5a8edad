package dev.nowake.policy.builtin;

import dev.nowake.policy.Argument;
import dev.nowake.policy.LoadView;
import dev.nowake.policy.Node;
import dev.nowake.policy.Policy;
import dev.nowake.policy.PolicyInput;
import dev.nowake.policy.Step;
import dev.nowake.policy.Trigger;
import java.util.List;
import java.util.Map;

/**
 * For inference on the CPUs of several sockets, straight from the mapped file: pages spread over all nodes, so that no one
 * node's memory is everybody's bottleneck, and never taken from under the mapping.
 */
public final class InterleavePolicy implements Policy {
    @Override
    public String name() {
        return "interleave";
    }

    @Override
    public String description() {
        return "spreads a model's pages over all NUMA nodes and leaves them there, for inference on CPUs";
    }

    @Override
    public Map<String, Argument> arguments() {
        return Map.of(
                "window",
                Lookahead.WINDOW,
                "lookaheadFiles",
                Lookahead.FILES,
                Lookahead.MISPLACED,
                Lookahead.MISPLACED_PAGES,
                "release",
                new Argument.Flag(false));
    }

    @Override
    public List<Step> prefetch(PolicyInput input) {
        return Lookahead.steps(input, Node.INTERLEAVE);
    }

    @Override
    public List<Step> evict(PolicyInput input) {
        LoadView load = input.load();
        boolean release = Boolean.TRUE.equals(input.args().get("release")) && input.trigger() != Trigger.WRITTEN;
        return release && load != null && load.ended() ? LoadAndReleasePolicy.release(load) : List.of();
    }
}
