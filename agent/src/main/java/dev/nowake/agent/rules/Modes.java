package dev.nowake.agent.rules;

import dev.nowake.agent.config.Config;
import dev.nowake.agent.config.Mode;
import dev.nowake.agent.config.RootRule;
import dev.nowake.agent.config.Rule;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The modes in force: the configuration's, but for what an operator has set since. Where a rule and a root were set apart,
 * the more careful one counts. Immutable; any thread.
 *
 * @param rules by the rule's name
 * @param roots by the root's path
 */
public record Modes(Map<String, Mode> rules, Map<Path, Mode> roots) {
    /** Nothing was set. */
    public static final Modes CONFIGURED = new Modes(Map.of(), Map.of());

    /** A rule without a name of its own is called by its place, which another may have after the next change of the file. */
    private static final String BY_PLACE = "rule \\d+";

    public Modes {
        // in the order they were set
        rules = Collections.unmodifiableMap(new LinkedHashMap<>(rules));
        roots = Collections.unmodifiableMap(new LinkedHashMap<>(roots));
    }

    /** {@code rule}: null where none matched. A root that was set to observe is observed whatever its rules say. */
    public Mode of(Rule rule, RootRule root) {
        Mode ofRoot = roots.get(root.path());
        if (ofRoot == Mode.OBSERVE) {
            return Mode.OBSERVE;
        }
        if (rule != null && rules.containsKey(rule.name())) {
            return rules.get(rule.name());
        }
        if (rule != null && rule.mode() != null) {
            return rule.mode();
        }
        return ofRoot != null ? ofRoot : root.mode();
    }

    /** About no file in particular: a rule without a mode of its own acts where every root does. */
    public Mode of(Rule rule, List<RootRule> all) {
        if (rules.containsKey(rule.name())) {
            return rules.get(rule.name());
        }
        if (rule.mode() != null) {
            return rule.mode();
        }
        boolean allAct = all.stream().allMatch(root -> of(null, root) == Mode.ENFORCE);
        return allAct ? Mode.ENFORCE : Mode.OBSERVE;
    }

    /** {@code enforce} when at least one root, or a rule somewhere, acts. */
    public Mode overall(Config config) {
        boolean acts = config.roots().stream()
                .anyMatch(root -> of(null, root) == Mode.ENFORCE
                        || config.rules().stream().anyMatch(rule -> of(rule, root) == Mode.ENFORCE));
        return acts ? Mode.ENFORCE : Mode.OBSERVE;
    }

    public boolean areConfigured() {
        return rules.isEmpty() && roots.isEmpty();
    }

    /** {@code mode}: null for the configuration's. */
    public Modes withRule(String name, Mode mode) {
        return new Modes(with(rules, name, mode), roots);
    }

    /** {@code mode}: null for the configuration's. */
    public Modes withRoot(Path path, Mode mode) {
        return new Modes(rules, with(roots, path, mode));
    }

    private static <K> Map<K, Mode> with(Map<K, Mode> modes, K key, Mode mode) {
        Map<K, Mode> changed = new LinkedHashMap<>(modes);
        if (mode == null) {
            changed.remove(key);
        } else {
            changed.put(key, mode);
        }
        return changed;
    }

    /** What of this still has a meaning under another configuration: rules with names of their own and roots that are there. */
    public Modes keptBy(Config config) {
        Map<String, Mode> keptRules = new LinkedHashMap<>(rules);
        keptRules
                .keySet()
                .removeIf(name -> name.matches(BY_PLACE)
                        || config.rules().stream().noneMatch(rule -> rule.name().equals(name)));
        Map<Path, Mode> keptRoots = new LinkedHashMap<>(roots);
        keptRoots
                .keySet()
                .removeIf(path ->
                        config.roots().stream().noneMatch(root -> root.path().equals(path)));
        return new Modes(keptRules, keptRoots);
    }
}
