package dev.nowake.policy.builtin;

import dev.nowake.model.FileId;
import dev.nowake.policy.ModelView;
import dev.nowake.policy.Policy;
import dev.nowake.policy.PolicyInput;
import dev.nowake.policy.PolicyUnit;
import dev.nowake.policy.Step;
import dev.nowake.policy.js.ScriptUnit;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** The shipped scripts, loaded once for all tests, and what tests ask of their plans. One thread. */
final class Scripts {
    private static final Map<String, PolicyUnit> UNITS = new HashMap<>();

    private Scripts() {}

    static Policy policy(String name) {
        return UNITS.computeIfAbsent(name, each -> ScriptUnit.ofSource(each + ".js", ShippedScripts.source(each)))
                .policy();
    }

    /** With the policy's own arguments where the situation gives none, and no others. */
    static PolicyInput input(String name, Situation situation) {
        return withArgs(name, situation, -1);
    }

    static PolicyInput withArgs(String name, Situation situation, int shard) {
        Map<String, Object> args = new HashMap<>(policy(name).defaults());
        args.replaceAll((key, standard) -> situation.args().getOrDefault(key, standard));
        return situation.input(shard).withArgs(args);
    }

    static Set<FileId> evicted(List<Step> steps) {
        return steps.stream()
                .filter(Step.Evict.class::isInstance)
                .map(step -> ((Step.Evict) step).file())
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    static List<FileId> kept(List<Step> steps) {
        return steps.stream()
                .filter(Step.Keep.class::isInstance)
                .map(step -> ((Step.Keep) step).file())
                .toList();
    }

    static Set<ModelView> owners(PolicyInput input, Set<FileId> files) {
        return new HashSet<>(input.models().stream()
                .filter(model -> !model.name().equals("m"))
                .filter(model -> model.files().stream().anyMatch(file -> files.contains(file.id())))
                .toList());
    }
}
