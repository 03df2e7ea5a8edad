package dev.nowake.policy;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What to prefetch and what to evict. Called on one thread; must return at once, without I/O. The guard clamps what comes
 * out, the governor may delay it, and only the executor acts. What it needs to know later it asks to {@link Step.Remember}.
 *
 * <p>A jar's policies are found by {@link java.util.ServiceLoader}: a public class with a public constructor without
 * parameters, named in {@code META-INF/services/dev.nowake.policy.Policy}.
 */
public interface Policy {
    /** The version of this interface and of what {@link PolicyInput} and {@link Step} mean. */
    int API = 1;

    /** The name rules use: lower-case letters, digits and hyphens, at most 64. */
    String name();

    /** The version it was written for; another one is refused. */
    default int api() {
        return API;
    }

    /** What it is for, in one line. */
    default String description() {
        return "";
    }

    /** Arguments it takes, by name. */
    default Map<String, Argument> arguments() {
        return Map.of();
    }

    /** Its arguments where a rule gives none; those a rule must give are missing. */
    default Map<String, Object> defaults() {
        Map<String, Object> defaults = new HashMap<>();
        arguments().forEach((name, argument) -> {
            if (!argument.isRequired()) {
                defaults.put(name, argument.standard());
            }
        });
        return Map.copyOf(defaults);
    }

    /** Ranges to bring in now, most wanted first. Asking again for what was asked for costs nothing. */
    default List<Step> prefetch(PolicyInput input) {
        return List.of();
    }

    /** Ranges to drop now, or to keep. */
    default List<Step> evict(PolicyInput input) {
        return List.of();
    }
}
