package dev.nowake.agent.daemon;

import dev.nowake.agent.decide.Plan;
import dev.nowake.agent.load.ActiveLoad;
import dev.nowake.agent.load.NodeTarget;
import dev.nowake.agent.load.TrackedShard;
import dev.nowake.agent.observe.PathLabel;
import dev.nowake.agent.rules.Choice;
import dev.nowake.agent.rules.PassedOver;
import dev.nowake.model.Model;
import dev.nowake.model.RangeSet;
import dev.nowake.policy.Guard;
import dev.nowake.policy.Step;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The answer to {@code explain}. Made on the engine's thread: it looks at the load. */
final class ExplainDocument {
    private final Explaining.Case open;
    private final Map<String, Object> readerCgroup;
    private final Placements placements;
    private final boolean acts;
    private final boolean kept;

    /**
     * @param readerCgroup what is known of the reader's control group; null for nothing
     * @param switches whether anything is done now, and whether an operator wants the file kept
     */
    ExplainDocument(Explaining.Case open, Map<String, Object> readerCgroup, Placements placements, Switches switches) {
        this.open = open;
        this.readerCgroup = readerCgroup;
        this.placements = placements;
        this.acts = switches.acts();
        this.kept = switches.keeps().holds(open.entry().path());
    }

    Map<String, Object> of(Plan prefetch, Plan evict, Plan release, long roomBytes) {
        Choice choice = open.start().choice();
        Map<String, Object> document = new LinkedHashMap<>();
        path(document, open.entry().path());
        document.put("root", path(new LinkedHashMap<>(), choice.root().path()));
        document.put("model", model(open.start().model()));
        document.put("shard", open.entry().shard().index());
        document.put("pid", open.pid() > 0 ? open.pid() : null);
        document.put("readerCgroup", readerCgroup);
        document.put("rule", rule(choice));
        document.put(
                "passedOver",
                choice.passedOver().stream().map(ExplainDocument::passedOver).toList());
        document.put("mode", choice.mode().label());
        document.put("acts", acts);
        document.put("kept", kept);
        document.put("policy", choice.assignment().policy());
        document.put("args", new TreeMap<>(choice.assignment().args()));
        document.put("fallback", fallback(choice));
        document.put("load", open.underWay() ? load(open.load()) : null);
        document.put("roomBytes", roomBytes);
        document.put("prefetch", plan(prefetch));
        document.put("evict", plan(evict));
        document.put("atEnd", plan(release));
        return document;
    }

    private static Map<String, Object> path(Map<String, Object> document, Path path) {
        PathLabel label = PathLabel.of(path);
        document.put("path", label.text());
        if (label.base64() != null) {
            document.put("pathBase64", label.base64());
        }
        return document;
    }

    private static Map<String, Object> model(Model model) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("name", model.name());
        document.put("format", model.format().label());
        document.put("sizeBytes", model.sizeBytes());
        document.put("shards", model.shards().size());
        return document;
    }

    private static Map<String, Object> rule(Choice choice) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("name", choice.name());
        document.put("where", choice.rule() == null ? null : choice.rule().where());
        document.put("why", choice.why());
        return document;
    }

    private static Map<String, Object> passedOver(PassedOver passed) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("name", passed.rule().name());
        document.put("where", passed.rule().where());
        document.put("condition", passed.condition());
        return document;
    }

    private static Map<String, Object> fallback(Choice choice) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("policy", choice.assignment().fallback());
        document.put("args", new TreeMap<>(choice.assignment().fallbackArgs()));
        return document;
    }

    private static Map<String, Object> load(ActiveLoad active) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("state", active.load().state().label());
        document.put("rule", active.ruleName());
        document.put("mode", active.rule().mode().label());
        document.put("policy", active.assignment().policy());
        document.put("readers", active.load().readers().size());
        return document;
    }

    private Map<String, Object> plan(Plan plan) {
        List<Object> steps = new ArrayList<>();
        for (Guard.Checked step : plan.steps()) {
            Map<String, Object> described = step(step);
            if (described != null) {
                steps.add(described);
            }
        }
        plan.compactions().forEach(step -> steps.add(Compactions.describe(step)));
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("policy", plan.policy());
        document.put("steps", steps);
        document.put("refused", plan.refused());
        return document;
    }

    /** Null where nothing would happen: asked for by this load already, or there before it. */
    private Map<String, Object> step(Guard.Checked checked) {
        TrackedShard shard = open.load().load().shard(checked.file());
        RangeSet ranges = checked.range();
        if (checked.step() instanceof Step.Prefetch && shard != null) {
            ranges = ranges.minus(shard.asked());
        } else if (checked.step() instanceof Step.Evict && shard != null) {
            ranges = ranges.minus(shard.residentBefore()); // what was there before the load stays
        }
        if (ranges.isEmpty()) {
            return null;
        }
        Map<String, Object> step = new LinkedHashMap<>();
        switch (checked.step()) {
            case Step.Prefetch prefetch -> {
                step.put("action", "prefetch");
                NodeTarget target =
                        placements.target(prefetch.node(), open.load().load());
                step.put("node", prefetch.node().label());
                step.put("nodes", target.nodes());
                step.put("nodesBy", target.by().label());
                step.put("ifMisplaced", prefetch.ifMisplaced().name().toLowerCase(java.util.Locale.ROOT));
                step.put("priority", prefetch.priority());
            }
            case Step.Evict evict -> {
                step.put("action", "evict");
                step.put("ifMapped", evict.ifMapped().name().toLowerCase(java.util.Locale.ROOT));
                step.put("writeBack", evict.writeBack());
            }
            case Step.Keep keep -> {
                step.put("action", "keep");
                step.put("hold", keep.hold().name().toLowerCase(java.util.Locale.ROOT));
            }
        }
        step.put("shard", shard == null ? null : shard.shard().index());
        step.put("offsetBytes", ranges.ranges().getFirst().start());
        step.put("lengthBytes", ranges.bytes());
        if (checked.step() instanceof Step.Prefetch) {
            RangeSet resident = open.resident().get(checked.file());
            step.put(
                    "missingBytes",
                    resident == null ? null : ranges.minus(resident).bytes());
        }
        step.put("reason", checked.step().reason());
        return step;
    }
}
