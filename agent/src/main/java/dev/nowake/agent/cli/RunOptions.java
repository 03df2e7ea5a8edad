package dev.nowake.agent.cli;

import dev.nowake.agent.config.Config;
import dev.nowake.agent.config.ConfigException;
import dev.nowake.agent.config.ConfigFile;
import dev.nowake.agent.config.KnownPolicies;
import dev.nowake.agent.config.ListenAddress;
import dev.nowake.agent.config.MetricsSettings;
import dev.nowake.agent.config.Mode;
import dev.nowake.agent.config.RootPattern;
import dev.nowake.agent.config.RootRule;
import dev.nowake.agent.config.ServiceSettings;
import dev.nowake.policy.Argument;
import dev.nowake.policy.Policy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What {@code run} was asked on the command line, made one with the configuration file: options win. */
record RunOptions(List<Path> roots, boolean enforce, String policy, Path configFile, String metrics) {
    RunOptions(List<Path> roots, boolean enforce, String policy, Path configFile) {
        this(roots, enforce, policy, configFile, null);
    }

    /** The configuration file to read: the installed one where neither a file nor roots are given; null for none. */
    static Path file(String given, List<String> roots) {
        if (given != null) {
            return RawArguments.path(given);
        }
        return roots.isEmpty() ? ConfigFile.INSTALLED : null;
    }

    /**
     * Reads the files anew at every call. Throws with every error, one line each, saying what to do.
     *
     * @param policies every policy there is
     */
    Config config(KnownPolicies policies) throws ConfigException {
        Config file = configFile == null ? new Config(Mode.OBSERVE, List.of()) : ConfigFile.read(configFile, policies);
        Policy named = policy == null ? null : named(policy, policies);
        List<RootRule> rules = new ArrayList<>();
        for (RootRule rule : expanded(file.roots())) {
            String chosen = named == null ? rule.policy() : named.name();
            rules.add(new RootRule(
                    real(rule.path()),
                    enforce ? Mode.ENFORCE : rule.mode(),
                    chosen,
                    chosen.equals(rule.policy()) ? rule.args() : named.defaults()));
        }
        Mode mode = enforce ? Mode.ENFORCE : file.mode();
        for (Path root : roots) {
            Policy chosen = named == null ? named(ConfigFile.DEFAULT_POLICY, policies) : named;
            rules.add(new RootRule(real(root), mode, chosen.name(), chosen.defaults()));
        }
        if (rules.isEmpty()) {
            throw new ConfigException(
                    file.roots().isEmpty()
                            ? "nothing to watch: give --root DIR, or --config FILE with roots"
                            : "nothing to watch: no folder matches "
                                    + file.roots().getFirst().path() + " yet; make one, or name a folder");
        }
        return new Config(
                mode,
                rules,
                file.rules().stream()
                        .map(rule -> enforce ? rule.withMode(Mode.ENFORCE) : rule)
                        .toList(),
                file.policies(),
                file.inFlight(),
                service(file.service()),
                file.mirrors().stream()
                        .map(mirror -> enforce ? mirror.withMode(Mode.ENFORCE) : mirror)
                        .toList());
    }

    /** Those with a pattern as the folders they stand for now; one that has a root of its own is left to that. */
    private static List<RootRule> expanded(List<RootRule> roots) throws ConfigException {
        Set<Path> taken = new HashSet<>();
        roots.forEach(root -> taken.add(root.path()));
        List<RootRule> all = new ArrayList<>();
        for (RootRule root : roots) {
            if (!RootPattern.isOne(root.path())) {
                all.add(root);
                continue;
            }
            for (Path folder : RootPattern.folders(root.path())) {
                if (taken.add(folder)) {
                    all.add(new RootRule(folder, root.mode(), root.policy(), root.args()));
                }
            }
        }
        return all;
    }

    private ServiceSettings service(ServiceSettings file) throws ConfigException {
        if (metrics == null) {
            return file;
        }
        try {
            ListenAddress.check(metrics);
        } catch (IllegalArgumentException wrong) {
            throw new ConfigException("--metrics: " + wrong.getMessage());
        }
        MetricsSettings shown = new MetricsSettings(
                metrics, file.metrics().textfile(), file.metrics().modelLabel());
        return new ServiceSettings(shown, file.journal(), file.control());
    }

    private static Policy named(String name, KnownPolicies policies) throws ConfigException {
        Policy policy = policies.named(name)
                .orElseThrow(() -> new ConfigException(policies.unknown(name) + " 'nowake policy list' shows all"));
        for (Map.Entry<String, Argument> argument : new TreeMap<>(policy.arguments()).entrySet()) {
            if (argument.getValue().isRequired()) {
                throw new ConfigException("policy '" + name + "' needs the argument '" + argument.getKey()
                        + "': name it in a --config FILE, with args");
            }
        }
        return policy;
    }

    /** Events come from real folders; a root that is not there yet is taken as it is written. */
    private static Path real(Path root) throws ConfigException {
        if (Files.exists(root) && !Files.isDirectory(root)) {
            throw new ConfigException(root + " is not a folder: give the folder that holds the model files");
        }
        try {
            return root.toRealPath();
        } catch (IOException missing) {
            return root.toAbsolutePath().normalize();
        }
    }
}
