package dev.nowake.agent.config;

import dev.nowake.model.Format;
import dev.nowake.policy.Policy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

/** Reads the list of rules. */
final class RuleReader {
    static final int LONGEST_NAME = 64;

    private final ConfigErrors errors;
    private final PolicyChoice policies;
    private final Users users;
    private final Map<String, Place> names = new HashMap<>();

    RuleReader(ConfigErrors errors, PolicyChoice policies, Users users) {
        this.errors = errors;
        this.policies = policies;
        this.users = users;
    }

    List<Rule> rules(YamlNode node) {
        List<Rule> rules = new ArrayList<>();
        if (node instanceof YamlNode.Sequence sequence) {
            for (int i = 0; i < sequence.items().size(); i++) {
                rules.add(rule(sequence.items().get(i), i + 1));
            }
        } else if (node != null) {
            errors.add(node, "'rules' must be a list, such as rules: [{match: {command: vllm}, policy: none}]");
        }
        return rules.stream().filter(Objects::nonNull).toList();
    }

    /** Null where it is so wrong that no rule comes of it; all of it is looked at, so that all errors are told. */
    private Rule rule(YamlNode item, int number) {
        if (!(item instanceof YamlNode.Mapping)) {
            errors.add(item, "a rule is keys and values, such as {match: {command: vllm}, policy: none}");
            return null;
        }
        Map<String, YamlNode> keys = errors.mapping(item, ConfigKeys.below("rules[]"));
        String name = name(keys.get("name"), number, item.place());
        if (((YamlNode.Mapping) item).entries().get("match") instanceof YamlNode.Nothing nothing) {
            errors.add(nothing, "'match' has no value: leave the key out of a rule that is for everything");
        }
        Match match = match(keys.get("match"));
        Mode mode = errors.mode(keys.get("mode"), null);
        Rule.Fallback fallback = fallback(keys.get("fallback"));
        boolean enabled = errors.value(keys, ConfigKeys.RULE_ENABLED);
        if (keys.get("policy") == null) {
            errors.missing(item, "a rule needs 'policy', the name of who decides");
            return null;
        }
        Policy policy = policies.policy(keys.get("policy"), "");
        if (policy == null) {
            return null;
        }
        Map<String, Object> args = policies.arguments(keys.get("args"), policy, item);
        return enabled ? new Rule(name, item.place().toString(), match, policy.name(), args, mode, fallback) : null;
    }

    private String name(YamlNode node, int number, Place unnamedPlace) {
        String unnamed = "rule " + number;
        String name = errors.scalar(node, unnamed);
        if (name.isBlank() || name.length() > LONGEST_NAME || name.chars().anyMatch(Character::isISOControl)) {
            errors.add(node, "a rule's name is one line of at most " + LONGEST_NAME + " characters");
            return unnamed;
        }
        Place other = names.putIfAbsent(name, node == null ? unnamedPlace : node.place());
        if (other != null) {
            errors.add(
                    node == null ? unnamedPlace : node.place(),
                    "two rules are named '" + name + "', the other at " + other);
        }
        return name;
    }

    private Rule.Fallback fallback(YamlNode node) {
        if (node == null) {
            return null;
        }
        YamlNode named = node;
        YamlNode args = null;
        if (node instanceof YamlNode.Mapping) {
            Map<String, YamlNode> keys = errors.mapping(node, ConfigKeys.below("rules[].fallback"));
            named = keys.get("policy");
            args = keys.get("args");
            if (named == null) {
                errors.add(node, "a fallback needs 'policy', the name of who stands in");
                return null;
            }
        }
        Policy policy = policies.policy(named, "");
        return policy == null ? null : new Rule.Fallback(policy.name(), policies.arguments(args, policy, node));
    }

    private Match match(YamlNode node) {
        if (node == null) {
            return Match.EVERYTHING;
        }
        if (node instanceof YamlNode.Mapping mapping) {
            mapping.entries().forEach((key, value) -> {
                if (value instanceof YamlNode.Nothing) { // not to be taken for a rule that matches everything
                    errors.add(value, "'" + key + "' has no value: leave the key out where it does not matter");
                }
            });
        }
        Map<String, YamlNode> keys = errors.mapping(node, ConfigKeys.below("rules[].match"));
        return new Match(
                many(keys.get("path"), Glob::of),
                many(keys.get("format"), RuleReader::format),
                one(keys.get("size"), SizeRange::parse),
                one(keys.get("command"), Glob::of),
                one(keys.get("user"), users::named),
                one(keys.get("cgroup"), Glob::of),
                one(keys.get("pod"), Glob::of),
                one(keys.get("mount"), Glob::of));
    }

    private <T> List<T> many(YamlNode node, Function<String, T> reader) {
        return errors.oneOrMore(node).stream()
                .map(item -> one(item, reader))
                .filter(Objects::nonNull)
                .toList();
    }

    /** {@code reader} throws {@link IllegalArgumentException} with the line to tell. Null where it is absent or wrong. */
    private <T> T one(YamlNode node, Function<String, T> reader) {
        String text = errors.scalar(node, null);
        if (text == null) {
            return null;
        }
        try {
            return reader.apply(text);
        } catch (IllegalArgumentException wrong) {
            errors.add(node, wrong.getMessage());
            return null;
        }
    }

    private static Format format(String text) {
        List<String> known =
                Arrays.stream(Format.values()).map(Format::label).sorted().toList();
        return Arrays.stream(Format.values())
                .filter(format -> format.label().equals(text))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no format '" + text + "': known are "
                        + String.join(", ", known) + "; did you mean '" + Nearest.of(text, known) + "'?"));
    }
}
