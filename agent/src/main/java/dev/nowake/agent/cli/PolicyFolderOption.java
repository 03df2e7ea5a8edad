package dev.nowake.agent.cli;

import dev.nowake.agent.config.Config;
import dev.nowake.agent.config.ConfigException;
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
    static PolicyRegistry open(List<String> folders, Path configFile, TraceSource traces) throws ConfigException {
        return new PolicyRegistry(PolicySources.of(all(folders, configFile), traces));
    }

    private static List<Path> all(List<String> folders, Path configFile) throws ConfigException {
        List<Path> paths =
                new ArrayList<>(folders.stream().map(RawArguments::path).toList());
        if (configFile != null) {
            paths.addAll(ConfigFile.policyFolders(configFile));
        }
        for (Path path : paths) {
            if (Files.exists(path) && !Files.isDirectory(path)) {
                throw new ConfigException(
                        Invocation.show(path) + " is not a folder: give the folder that holds the policies");
            }
        }
        return paths;
    }

    /**
     * Reads a configuration again, beside a daemon that goes on with {@code live} unless it is good. Where it names other
     * folders, it is checked against a registry of its own, so that a wrong one moves no policy.
     */
    static Config again(PolicyRegistry live, List<String> folders, Path configFile, TraceSource traces, Reading reading)
            throws ConfigException {
        List<Path> paths = all(folders, configFile);
        List<Path> plain = paths.stream()
                .map(path -> path.toAbsolutePath().normalize())
                .distinct()
                .toList();
        if (plain.equals(live.folders())) {
            live.follow(paths);
            return reading.config(known(live));
        }
        try (PolicyRegistry trial = new PolicyRegistry(PolicySources.of(paths, traces))) {
            reading.config(known(trial));
        }
        live.follow(paths);
        return reading.config(known(live)); // has the scripts it names loaded
    }

    /** Reads a configuration that may name these policies. */
    interface Reading {
        Config config(KnownPolicies policies) throws ConfigException;
    }
}
