package dev.nowake.agent.cli;

import dev.nowake.agent.config.ConfigFile;
import dev.nowake.agent.config.KnownPolicies;
import dev.nowake.agent.decide.PolicyRegistry;
import dev.nowake.agent.decide.PolicySources;
import dev.nowake.policy.builtin.TraceSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** {@code --policies DIR}, of every verb that takes it. */
final class PolicyFolderOption {
    private PolicyFolderOption() {}

    /** What a configuration may name. */
    static KnownPolicies known(PolicyRegistry registry) {
        return KnownPolicies.of(registry::policy, registry::names);
    }

    /**
     * What nowake brings along and what is in the folders; one that is not there yet may come.
     *
     * @param configFile names further folders; null for none
     * @param traces what {@code replay} replays
     */
    static PolicyRegistry open(List<String> folders, Path configFile, TraceSource traces) throws CliException {
        List<Path> paths =
                new ArrayList<>(folders.stream().map(RawArguments::path).toList());
        if (configFile != null) {
            paths.addAll(ConfigFile.policyFolders(configFile));
        }
        for (Path path : paths) {
            if (Files.exists(path) && !Files.isDirectory(path)) {
                throw CliException.usage(
                        Invocation.show(path) + " is not a folder: give the folder that holds the policies");
            }
        }
        return new PolicyRegistry(PolicySources.of(paths, traces));
    }
}
