package dev.nowake.agent.decide;

import dev.nowake.policy.Argument;
import dev.nowake.policy.Policy;
import java.util.HashMap;
import java.util.Map;

/**
 * A rule's arguments made to fit the policy as it is now: its file may have changed after the rule was checked. What it no
 * longer declares, or declares as another type, is left out; its own default stands there.
 */
final class FittedArguments {
    private record Fitted(Map<String, Object> given, Map<String, Object> args) {}

    private final Map<String, Argument> declared;
    private final Map<String, Object> defaults;

    /** The rules there are give the same maps again and again. */
    private volatile Fitted last;

    FittedArguments(Policy policy) {
        this.declared = Map.copyOf(policy.arguments());
        this.defaults = policy.defaults();
    }

    Map<String, Object> of(Map<String, Object> given) {
        Fitted known = last;
        if (known == null || known.given() != given) {
            known = new Fitted(given, fit(given));
            last = known;
        }
        return known.args();
    }

    private Map<String, Object> fit(Map<String, Object> given) {
        Map<String, Object> args = new HashMap<>(defaults);
        given.forEach((name, value) -> {
            Argument argument = declared.get(name);
            if (argument != null && fits(argument, value)) {
                args.put(name, value);
            }
        });
        return args.equals(given) ? given : Map.copyOf(args);
    }

    private static boolean fits(Argument argument, Object value) {
        return switch (argument) {
            case Argument.Size size -> value instanceof Long;
            case Argument.Count count -> value instanceof Long;
            case Argument.Decimal decimal -> value instanceof Double;
            case Argument.Flag flag -> value instanceof Boolean;
            case Argument.Text text -> value instanceof String;
            case Argument.Choice choice ->
                value instanceof String word && choice.words().contains(word);
        };
    }
}
