package dev.nowake.agent.config;

import dev.nowake.policy.Argument;
import dev.nowake.policy.Policy;
import dev.nowake.policy.builtin.BuiltinPolicies;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;

/** Reads which policy somebody names, and its arguments, which must be what the policy declares. */
final class PolicyChoice {
    private final Function<String, Optional<Policy>> policies;
    private final ConfigErrors errors;

    PolicyChoice(Function<String, Optional<Policy>> policies, ConfigErrors errors) {
        this.policies = policies;
        this.errors = errors;
    }

    /** Null, with an error, where there is none of that name. */
    Policy policy(YamlNode node, String absent) {
        String name = errors.scalar(node, node == null ? absent : null);
        if (name == null) {
            return null; // told already: it is no single value
        }
        return policies.apply(name).orElseGet(() -> {
            List<String> known =
                    BuiltinPolicies.all().stream().map(Policy::name).toList();
            errors.add(node, "no policy '" + name + "'; did you mean '" + Nearest.of(name, known) + "'?");
            return null;
        });
    }

    /** The policy's defaults and what is given instead; {@code owner} is where a missing argument is told. */
    Map<String, Object> arguments(YamlNode node, Policy policy, YamlNode owner) {
        Map<String, Object> args = new HashMap<>(policy.defaults());
        Map<String, YamlNode> given = node == null
                ? Map.of()
                : errors.mapping(node, policy.arguments().keySet());
        given.forEach((name, value) -> {
            try {
                if (value instanceof YamlNode.Scalar scalar) {
                    args.put(name, value(scalar.text(), policy.arguments().get(name)));
                } else {
                    errors.add(value, "argument '" + name + "': expected one value");
                }
            } catch (IllegalArgumentException wrong) {
                errors.add(value, "argument '" + name + "': " + wrong.getMessage());
            }
        });
        for (String name : new TreeSet<>(policy.arguments().keySet())) {
            if (policy.arguments().get(name).isRequired() && !given.containsKey(name)) {
                errors.add(
                        node == null ? owner : node,
                        "policy '" + policy.name() + "' needs the argument '" + name + "': give args: {" + name + ": "
                                + example(policy.arguments().get(name)) + "}");
            }
        }
        return args;
    }

    private static String example(Argument declared) {
        return switch (declared) {
            case Argument.Size size -> "1GiB";
            case Argument.Count count -> "2";
            case Argument.Decimal decimal -> "0.5";
            case Argument.Flag flag -> "true";
            case Argument.Text text -> "...";
            case Argument.Choice choice ->
                choice.words().isEmpty() ? "..." : choice.words().getFirst();
        };
    }

    /** Throws {@link IllegalArgumentException} with one line that says what to write instead. */
    private static Object value(String text, Argument declared) {
        return switch (declared) {
            case Argument.Size size -> ByteSize.parse(text);
            case Argument.Count count -> count(text);
            case Argument.Decimal decimal -> decimal(text);
            case Argument.Flag flag -> flag(text);
            case Argument.Text words -> text;
            case Argument.Choice choice -> choice(text, choice.words());
        };
    }

    private static long count(String text) {
        if (!text.matches("[0-9]{1,18}")) {
            throw new IllegalArgumentException("'" + text + "' is not a count: write a number, such as 2");
        }
        return Long.parseLong(text);
    }

    private static double decimal(String text) {
        if (!text.matches("[-+]?[0-9]{1,15}(\\.[0-9]{1,15})?")) {
            throw new IllegalArgumentException("'" + text + "' is not a number: write one such as 0.5");
        }
        return Double.parseDouble(text);
    }

    private static boolean flag(String text) {
        if (!text.equals("true") && !text.equals("false")) {
            throw new IllegalArgumentException("'" + text + "' is neither true nor false");
        }
        return Boolean.parseBoolean(text);
    }

    private static String choice(String text, List<String> words) {
        if (!words.contains(text)) {
            throw new IllegalArgumentException("'" + text + "' is none of " + String.join(", ", words)
                    + "; did you mean '" + Nearest.of(text, words) + "'?");
        }
        return text;
    }
}
