package dev.nowake.agent.cli;

import dev.nowake.agent.config.Config;
import dev.nowake.agent.config.ConfigException;
import dev.nowake.agent.config.ConfigFile;
import dev.nowake.agent.config.Mode;
import dev.nowake.agent.config.RootRule;
import dev.nowake.policy.Policy;
import dev.nowake.policy.builtin.BuiltinPolicies;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What {@code run} was asked on the command line, made one with the configuration file: options win. */
record RunOptions(List<Path> roots, boolean enforce, String policy, Path configFile) {
    /** Throws with every error, one line each, saying what to do. */
    Config config() throws ConfigException {
        Config file = configFile == null ? new Config(Mode.OBSERVE, List.of()) : ConfigFile.read(configFile);
        Policy named = policy == null ? null : named(policy);
        List<RootRule> rules = new ArrayList<>();
        for (RootRule rule : file.roots()) {
            Policy chosen = named == null ? named(rule.policy()) : named;
            rules.add(new RootRule(
                    real(rule.path()),
                    enforce ? Mode.ENFORCE : rule.mode(),
                    chosen.name(),
                    chosen.name().equals(rule.policy()) ? rule.args() : chosen.defaults()));
        }
        Mode mode = enforce ? Mode.ENFORCE : file.mode();
        for (Path root : roots) {
            Policy chosen = named == null ? named(ConfigFile.DEFAULT_POLICY) : named;
            rules.add(new RootRule(real(root), mode, chosen.name(), chosen.defaults()));
        }
        if (rules.isEmpty()) {
            throw new ConfigException("nothing to watch: give --root DIR, or --config FILE with roots");
        }
        return new Config(
                mode,
                rules,
                file.rules().stream()
                        .map(rule -> enforce ? rule.withMode(Mode.ENFORCE) : rule)
                        .toList(),
                file.policies());
    }

    private static Policy named(String name) throws ConfigException {
        return BuiltinPolicies.named(name)
                .orElseThrow(() -> new ConfigException("no policy '" + name + "': known are "
                        + String.join(
                                ", ",
                                BuiltinPolicies.all().stream().map(Policy::name).toList())));
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
