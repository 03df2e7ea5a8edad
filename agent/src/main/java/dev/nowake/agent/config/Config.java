package dev.nowake.agent.config;

import java.util.List;

/**
 * The daemon's configuration.
 *
 * @param mode the mode of roots that name none
 */
public record Config(Mode mode, List<RootRule> roots) {
    public Config {
        roots = List.copyOf(roots);
    }

    /** {@code enforce} when at least one root acts. */
    public Mode overallMode() {
        return roots.stream().anyMatch(root -> root.mode() == Mode.ENFORCE) ? Mode.ENFORCE : Mode.OBSERVE;
    }
}
