package dev.nowake.agent.config;

import java.nio.file.Path;
import java.util.Map;

/** One watched folder and the policy for the models in it. */
public record RootRule(Path path, Mode mode, String policy, Map<String, Object> args) {
    public RootRule {
        args = Map.copyOf(args);
    }

    public RootRule withMode(Mode other) {
        return new RootRule(path, other, policy, args);
    }
}
