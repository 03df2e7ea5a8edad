package dev.nowake.agent.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The daemon's configuration.
 *
 * @param mode the mode of roots that name none
 * @param rules the first that matches a load decides about it; the root's own policy where none does
 * @param policies folders of policies, absolute
 * @param mirrors no two of which share a folder
 */
public record Config(
        Mode mode,
        List<RootRule> roots,
        List<Rule> rules,
        List<Path> policies,
        InFlightLimits inFlight,
        ServiceSettings service,
        List<MirrorSettings> mirrors) {
    public Config {
        roots = List.copyOf(roots);
        rules = List.copyOf(rules);
        policies = List.copyOf(policies);
        mirrors = List.copyOf(mirrors);
    }

    /** Without mirrors. */
    public Config(
            Mode mode,
            List<RootRule> roots,
            List<Rule> rules,
            List<Path> policies,
            InFlightLimits inFlight,
            ServiceSettings service) {
        this(mode, roots, rules, policies, inFlight, service, List.of());
    }

    /** Without rules: each root has its own policy. */
    public Config(Mode mode, List<RootRule> roots) {
        this(mode, roots, List.of(), List.of(), InFlightLimits.DEFAULT, ServiceSettings.DEFAULT);
    }

    /** The same with other roots, for a part of the daemon. */
    public Config withRoots(List<RootRule> others) {
        return new Config(mode, others, rules, policies, inFlight, service, mirrors);
    }

    /** {@code enforce} when at least one root, or a rule, acts. */
    public Mode overallMode() {
        boolean acts = roots.stream().anyMatch(root -> root.mode() == Mode.ENFORCE)
                || rules.stream().anyMatch(rule -> rule.mode() == Mode.ENFORCE);
        return acts ? Mode.ENFORCE : Mode.OBSERVE;
    }

    /** The arguments of every policy that may be asked: of roots, rules and fallbacks. */
    public List<Map<String, Object>> arguments() {
        List<Map<String, Object>> all = new ArrayList<>();
        roots.forEach(root -> all.add(root.args()));
        for (Rule rule : rules) {
            all.add(rule.args());
            if (rule.fallback() != null) {
                all.add(rule.fallback().args());
            }
        }
        return all;
    }
}
