package dev.nowake.agent.decide;

import dev.nowake.policy.PolicyFailure;
import dev.nowake.policy.PolicyUnit;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/** What a file holds, made into runners: loaded, named right, and tried. All of them or none. */
record PolicyFile(List<PolicyRunner> runners, Set<Path> imports) {
    /**
     * The first script after start takes most of a second on an idle host, and took 6 with a load of 18 on two processors,
     * as at a host's start; a daemon that gave up then would not begin. Only a file whose code hangs waits so long.
     */
    private static final long LOAD_SECONDS = 15;

    /** Ours do not hang, and without those its rules name the daemon does not begin: 15 s were too few once. */
    private static final long SHIPPED_LOAD_SECONDS = 60;

    /** Whether a name may be taken; throws {@link PolicyFailure} where it is another's. */
    interface Names {
        void requireFree(String name);
    }

    /** One that comes with nowake: tried to warm it up, and not refused for being slow on a busy host. */
    static PolicyFile shipped(String name, Supplier<PolicyUnit> unit, Watchdog watchdog) {
        return load(name, () -> new PolicyLoader.Loaded(List.of(unit.get())), free -> {}, watchdog, true);
    }

    /**
     * @param origin for messages, the file's path
     * @throws PolicyFailure INVALID, one line
     */
    static PolicyFile load(String origin, Supplier<PolicyLoader.Loaded> loader, Names names, Watchdog watchdog) {
        return load(origin, loader, names, watchdog, false);
    }

    private static PolicyFile load(
            String origin, Supplier<PolicyLoader.Loaded> loader, Names names, Watchdog watchdog, boolean ours) {
        PolicyLoader.Loaded loaded =
                ForeignLoad.within(ours ? SHIPPED_LOAD_SECONDS : LOAD_SECONDS, origin, () -> warm(loader.get()));
        List<PolicyUnit> units = loaded.units();
        List<PolicyRunner> runners = new ArrayList<>();
        try {
            for (PolicyUnit unit : units) {
                String name = unit.policy().name();
                names.requireFree(name);
                if (runners.stream().anyMatch(other -> other.name().equals(name))) {
                    throw new PolicyFailure(
                            PolicyFailure.Kind.INVALID, origin + ": policy '" + name + "' is in it twice");
                }
                runners.add(new PolicyRunner(unit, watchdog));
            }
            for (PolicyRunner runner : runners) {
                if (!runner.isInline()) {
                    Rehearsal.of(runner, ours);
                }
            }
            return new PolicyFile(List.copyOf(runners), loaded.files());
        } catch (RuntimeException | Error refused) {
            runners.forEach(PolicyRunner::retire);
            units.subList(runners.size(), units.size()).forEach(PolicyUnit::close);
            throw refused;
        }
    }

    private static PolicyLoader.Loaded warm(PolicyLoader.Loaded loaded) {
        loaded.units().forEach(PolicyUnit::warmUp);
        return loaded;
    }
}
