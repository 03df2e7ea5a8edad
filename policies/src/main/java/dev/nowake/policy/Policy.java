package dev.nowake.policy;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What to prefetch and what to evict. Called on one thread; must return at once, without I/O. The guard clamps what comes
 * out, the governor may delay it, and only the executor acts.
 */
public interface Policy {
    /** The name rules use. */
    String name();

    /** Arguments it takes, by name. */
    default Map<String, Argument> arguments() {
        return Map.of();
    }

    /** Its arguments where a rule gives none. */
    default Map<String, Object> defaults() {
        Map<String, Object> defaults = new HashMap<>();
        arguments().forEach((name, argument) -> defaults.put(name, argument.standard()));
        return Map.copyOf(defaults);
    }

    /** Ranges to bring in now, most wanted first. Asking again for what was asked for costs nothing. */
    default List<Step> prefetch(PolicyInput input) {
        return List.of();
    }

    /** Ranges to drop now. */
    default List<Step> evict(PolicyInput input) {
        return List.of();
    }
}
