package dev.nowake.agent.config;

import dev.nowake.policy.Policy;
import dev.nowake.policy.builtin.BuiltinPolicies;
import java.util.Collection;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/** The policies a configuration may name, and what arguments they take. */
public interface KnownPolicies {
    /** Those in Java that nowake brings along. */
    KnownPolicies BUILTIN = of(
            BuiltinPolicies::named,
            () -> BuiltinPolicies.all().stream().map(Policy::name).toList());

    /** May take a second, where it has to be loaded for that. */
    Optional<Policy> named(String name);

    /** All of them, for whoever mistyped one. */
    Collection<String> names();

    static KnownPolicies of(Function<String, Optional<Policy>> named, Supplier<? extends Collection<String>> names) {
        return new KnownPolicies() {
            @Override
            public Optional<Policy> named(String name) {
                return named.apply(name);
            }

            @Override
            public Collection<String> names() {
                return names.get();
            }
        };
    }

    /** One line for a name that {@link #named} does not know: the nearest there is, or that it is broken. */
    default String unknown(String name) {
        if (names().contains(name)) {
            return "policy '" + name + "' could not be loaded; 'nowake policy list' says why";
        }
        return "no policy '" + name + "'; did you mean '" + Nearest.of(name, names()) + "'?";
    }
}
