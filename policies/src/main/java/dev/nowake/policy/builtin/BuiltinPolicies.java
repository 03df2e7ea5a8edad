package dev.nowake.policy.builtin;

import dev.nowake.policy.Policy;
import java.util.List;
import java.util.Optional;

/** The policies nowake brings along that are written in Java, by name. Those in JavaScript: {@link ShippedScripts}. */
public final class BuiltinPolicies {
    private static final List<Policy> ALL = with(TraceSource.NONE);

    private BuiltinPolicies() {}

    /** Without traces: for what asks about names and arguments only. */
    public static List<Policy> all() {
        return ALL;
    }

    /** Where {@code replay} finds its traces in the given source. */
    public static List<Policy> with(TraceSource traces) {
        return List.of(
                new NonePolicy(),
                new LoadAndReleasePolicy(),
                new WholeFilePolicy(),
                new InterleavePolicy(),
                new ReplayPolicy(traces),
                new MirrorLruPolicy());
    }

    public static Optional<Policy> named(String name) {
        return ALL.stream().filter(policy -> policy.name().equals(name)).findFirst();
    }
}
