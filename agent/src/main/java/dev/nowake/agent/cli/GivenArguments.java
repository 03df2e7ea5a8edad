package dev.nowake.agent.cli;

import dev.nowake.agent.config.ArgumentText;
import dev.nowake.policy.Argument;
import dev.nowake.policy.Policy;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** {@code --arg NAME=VALUE}, as a policy declares them. */
final class GivenArguments {
    private GivenArguments() {}

    /** With the policy's own where nothing is given. */
    static Map<String, Object> of(Policy tested, List<String> given) throws CliException {
        Map<String, Argument> declared = tested.arguments();
        Map<String, Object> args = new HashMap<>(tested.defaults());
        for (String pair : given) {
            int equals = pair.indexOf('=');
            Argument argument = equals < 0 ? null : declared.get(pair.substring(0, equals));
            if (argument == null) {
                throw CliException.usage("--arg " + pair + ": "
                        + (equals < 0
                                ? "write NAME=VALUE"
                                : "the policy takes "
                                        + (declared.isEmpty()
                                                ? "no arguments"
                                                : String.join(", ", new TreeSet<>(declared.keySet())))));
            }
            try {
                args.put(pair.substring(0, equals), ArgumentText.parse(pair.substring(equals + 1), argument));
            } catch (IllegalArgumentException wrong) {
                throw CliException.usage("--arg " + pair + ": " + wrong.getMessage());
            }
        }
        for (String name : new TreeSet<>(declared.keySet())) {
            if (!args.containsKey(name)) {
                throw CliException.usage(
                        "the policy needs --arg " + name + "=VALUE (" + ArgumentText.type(declared.get(name)) + ")");
            }
        }
        return args;
    }
}
