package dev.nowake.policy.plugin;

import dev.nowake.policy.Argument;
import dev.nowake.policy.Policy;
import dev.nowake.policy.PolicyInput;
import dev.nowake.policy.PolicyNames;
import dev.nowake.policy.Step;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A plugin's policy with what it declares asked once and found right: a name cannot change while it is in use. */
record Declared(Policy plugin, String name, int api, String description, Map<String, Argument> arguments)
        implements Policy {
    /** @throws dev.nowake.policy.PolicyFailure INVALID, one line */
    static Declared of(Policy plugin, Path jar) {
        String type = plugin.getClass().getName();
        int api = plugin.api();
        if (api != API) {
            throw PluginJar.invalid(
                    jar, type + " was written for version " + api + " of the interface, this nowake has " + API);
        }
        String name = plugin.name();
        if (!PolicyNames.isPolicy(name)) {
            throw PluginJar.invalid(
                    jar, type + ": the name '" + name + "' must be lower-case letters, digits and hyphens, at most 64");
        }
        Map<String, Argument> arguments = plugin.arguments();
        if (arguments == null) {
            throw PluginJar.invalid(jar, type + ": arguments() is null, give an empty map");
        }
        arguments.forEach((argument, declared) -> {
            if (declared == null || !PolicyNames.isArgument(argument)) {
                throw PluginJar.invalid(
                        jar,
                        type + ": the argument '" + argument
                                + "' must have a type, and a name of letters, digits, '_' and '-'");
            }
        });
        String description =
                String.valueOf(plugin.description()).lines().findFirst().orElse("");
        return new Declared(plugin, name, api, description, Map.copyOf(arguments));
    }

    @Override
    public List<Step> prefetch(PolicyInput input) {
        return plugin.prefetch(input);
    }

    @Override
    public List<Step> evict(PolicyInput input) {
        return plugin.evict(input);
    }
}
