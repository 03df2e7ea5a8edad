package dev.nowake.policy.builtin;

import dev.nowake.policy.Policy;
import java.util.List;
import java.util.Optional;

/** The policies nowake brings along, by name. */
public final class BuiltinPolicies {
    private static final List<Policy> ALL =
            List.of(new NonePolicy(), new LoadAndReleasePolicy(), new WholeFilePolicy());

    private BuiltinPolicies() {}

    public static List<Policy> all() {
        return ALL;
    }

    public static Optional<Policy> named(String name) {
        return ALL.stream().filter(policy -> policy.name().equals(name)).findFirst();
    }
}
