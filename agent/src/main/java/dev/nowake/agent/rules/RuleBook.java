package dev.nowake.agent.rules;

import dev.nowake.agent.config.Config;
import dev.nowake.agent.config.RootRule;
import dev.nowake.agent.config.Rule;
import dev.nowake.agent.decide.Assignment;
import dev.nowake.agent.identify.PathText;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * The rules in force, the first that matches wins, and the roots' own policies for what none is for. Immutable; any thread,
 * as long as each {@link Subject}'s reader has one.
 */
public final class RuleBook {
    private final List<RootRule> deepestFirst;
    private final List<Rule> rules;
    private final Map<String, Object> fallbackArgs;
    private final Map<Object, Assignment> assignments = new IdentityHashMap<>();

    /** {@code defaults}: a policy's arguments where none are given, by its name. */
    public RuleBook(Config config, Function<String, Map<String, Object>> defaults) {
        this.rules = config.rules();
        this.fallbackArgs = defaults.apply(Assignment.DEFAULT_FALLBACK);
        this.deepestFirst = config.roots().stream()
                .sorted(Comparator.comparing((RootRule root) -> root.path().getNameCount())
                        .reversed())
                .toList();
        rules.forEach(rule -> assignments.put(rule, assignment(rule.policy(), rule.args(), rule.fallback())));
        deepestFirst.forEach(root -> assignments.put(root, assignment(root.policy(), root.args(), null)));
    }

    /** The deepest root the path lies under; null where there is none. */
    public RootRule rootOf(Path path) {
        return deepestFirst.stream()
                .filter(root -> path.startsWith(root.path()))
                .findFirst()
                .orElse(null);
    }

    /** With the configuration's modes. */
    public Choice choose(Subject subject) {
        return choose(subject, Modes.CONFIGURED);
    }

    /** A file below no root, as a link may lead to, gets the last root's. There is at least one root. */
    public Choice choose(Subject subject, Modes modes) {
        RootRule below = rootOf(subject.path());
        RootRule root = below != null ? below : deepestFirst.getLast();
        List<PassedOver> passedOver = new ArrayList<>();
        for (Rule rule : rules) {
            Conditions conditions = new Conditions(rule.match(), subject, deepestFirst);
            String failed = conditions.failed();
            if (failed == null) {
                return new Choice(
                        root,
                        rule,
                        rule.name(),
                        assignments.get(rule),
                        modes.of(rule, root),
                        conditions.held(),
                        passedOver);
            }
            passedOver.add(new PassedOver(rule, failed));
        }
        String why = rules.isEmpty() ? "there are no rules" : "no rule matched";
        return new Choice(
                root,
                null,
                "root " + PathText.of(root.path()),
                assignments.get(root),
                modes.of(null, root),
                why + ": the root's own policy",
                passedOver);
    }

    /** Everybody who may decide about a load, each once: the rules in order, then the roots. */
    public List<Standing> standing(Modes modes) {
        Set<Standing> standing = new LinkedHashSet<>();
        for (Rule rule : rules) {
            standing.add(new Standing(assignments.get(rule), modes.of(rule, deepestFirst)));
        }
        for (RootRule root : deepestFirst) {
            standing.add(new Standing(assignments.get(root), modes.of(null, root)));
        }
        return List.copyOf(standing);
    }

    private Assignment assignment(String policy, Map<String, Object> args, Rule.Fallback fallback) {
        if (fallback != null) {
            return new Assignment(policy, args, fallback.policy(), fallback.args());
        }
        return new Assignment(policy, args, Assignment.DEFAULT_FALLBACK, fallbackArgs);
    }
}
