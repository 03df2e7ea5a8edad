package dev.nowake.agent.decide;

import dev.nowake.policy.Policy;
import dev.nowake.policy.PolicyUnit;
import dev.nowake.policy.builtin.BuiltinPolicies;
import dev.nowake.policy.builtin.ShippedScripts;
import dev.nowake.policy.builtin.TraceSource;
import dev.nowake.policy.js.ScriptUnit;
import dev.nowake.policy.plugin.PluginJar;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Where policies come from.
 *
 * @param builtin those in Java that nowake brings along
 * @param shipped those in JavaScript that nowake brings along, by name; loaded when first wanted
 * @param folders looked into for further ones
 * @param loaders by a file name's ending, the dot included
 */
public record PolicySources(
        List<Policy> builtin,
        Map<String, Supplier<PolicyUnit>> shipped,
        List<Path> folders,
        Map<String, PolicyLoader> loaders) {
    /** Reads {@code *.js} of a policy folder; what it imports lies in the same folder or below. */
    private static final PolicyLoader SCRIPTS = file -> {
        ScriptUnit unit = ScriptUnit.load(file.toAbsolutePath().getParent(), file);
        return new PolicyLoader.Loaded(List.of(unit), unit.files());
    };

    public PolicySources {
        builtin = List.copyOf(builtin);
        shipped = Map.copyOf(shipped);
        folders = List.copyOf(folders);
        loaders = Map.copyOf(loaders);
    }

    /** The same, knowing no trace. */
    public static PolicySources of(List<Path> folders) {
        return of(folders, TraceSource.NONE);
    }

    /** What nowake brings along and what is in the folders. {@code traces}: what {@code replay} replays. */
    public static PolicySources of(List<Path> folders, TraceSource traces) {
        Map<String, Supplier<PolicyUnit>> shipped = new HashMap<>();
        for (String name : ShippedScripts.NAMES) {
            shipped.put(name, () -> ScriptUnit.ofSource("built in", ShippedScripts.source(name)));
        }
        return new PolicySources(
                BuiltinPolicies.with(traces),
                shipped,
                folders,
                Map.of(".js", SCRIPTS, ".jar", jar -> new PolicyLoader.Loaded(PluginJar.open(jar))));
    }
}
