package dev.nowake.agent.decide;

import dev.nowake.policy.PolicyFailure;
import dev.nowake.policy.PolicyUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/** Makes runners of what a file holds: loaded, named right, and tried. All of them or none. */
final class PolicyFile {
    /** The first script after start takes most of a second; several on a busy host a few. */
    private static final long LOAD_SECONDS = 5;

    private PolicyFile() {}

    /** Whether a name may be taken; throws {@link PolicyFailure} where it is another's. */
    interface Names {
        void requireFree(String name);
    }

    /**
     * @param origin for messages, the file's path
     * @throws PolicyFailure INVALID, one line
     */
    static List<PolicyRunner> load(String origin, Supplier<List<PolicyUnit>> loader, Names names, Watchdog watchdog) {
        List<PolicyUnit> units = within(origin, loader);
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
                    Rehearsal.of(runner);
                }
            }
            return runners;
        } catch (RuntimeException | Error refused) {
            runners.forEach(PolicyRunner::retire);
            units.subList(runners.size(), units.size()).forEach(PolicyUnit::close);
            throw refused;
        }
    }

    /** A module's or a constructor's own code may never return: it then keeps a thread, not us. */
    private static List<PolicyUnit> within(String origin, Supplier<List<PolicyUnit>> loader) {
        CompletableFuture<List<PolicyUnit>> loaded = new CompletableFuture<>();
        Thread.ofPlatform().name("nowake-policy-load").daemon().start(() -> {
            try {
                List<PolicyUnit> units = loader.get();
                if (!loaded.complete(units)) {
                    units.forEach(PolicyUnit::close);
                }
            } catch (Throwable broken) { // foreign code
                loaded.completeExceptionally(broken);
            }
        });
        try {
            return loaded.get(LOAD_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | CancellationException failed) {
            if (failed.getCause() instanceof PolicyFailure known) {
                throw known;
            }
            throw new PolicyFailure(PolicyFailure.Kind.INVALID, origin + ": " + failed.getCause());
        } catch (TimeoutException | InterruptedException late) {
            loaded.cancel(true);
            if (late instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            throw new PolicyFailure(
                    PolicyFailure.Kind.INVALID, origin + ": did not load within " + LOAD_SECONDS + " s");
        }
    }
}
