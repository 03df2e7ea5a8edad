package dev.nowake.agent.daemon;

import dev.nowake.agent.config.Config;
import dev.nowake.agent.config.ConfigException;
import dev.nowake.agent.decide.PolicyRegistry;

/** Where the configuration comes from, so that it can be read again. */
@FunctionalInterface
public interface ConfigSource {
    /**
     * Reads it as it is now, and has {@code policies} look at the folders it names; if it is wrong, they keep theirs.
     *
     * @throws ConfigException with every error, a line each
     */
    Config read(PolicyRegistry policies) throws ConfigException;
}
