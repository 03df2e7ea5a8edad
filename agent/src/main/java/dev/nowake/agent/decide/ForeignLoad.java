package dev.nowake.agent.decide;

import dev.nowake.policy.PolicyFailure;
import dev.nowake.policy.PolicyUnit;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/**
 * The loading of somebody else's code. What a module or a constructor does at first may never end: it then keeps a thread,
 * not us.
 */
public final class ForeignLoad {
    private ForeignLoad() {}

    /**
     * What {@code loader} makes, on a thread of its own; what comes after the deadline is closed. Interrupted, it gives up.
     *
     * @param origin for messages, the file's path
     * @throws PolicyFailure the loader's own; INVALID, one line, for all else that it throws and when it takes too long
     */
    public static PolicyLoader.Loaded within(long seconds, String origin, Supplier<PolicyLoader.Loaded> loader) {
        CompletableFuture<PolicyLoader.Loaded> loaded = new CompletableFuture<>();
        Thread.ofPlatform().name("nowake-policy-load").daemon().start(() -> {
            try {
                PolicyLoader.Loaded made = loader.get();
                if (!loaded.complete(made)) {
                    made.units().forEach(PolicyUnit::close);
                }
            } catch (Throwable broken) { // foreign code
                loaded.completeExceptionally(broken);
            }
        });
        try {
            return loaded.get(seconds, TimeUnit.SECONDS);
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof PolicyFailure known) {
                throw known;
            }
            throw invalid(origin + ": " + failed.getCause());
        } catch (TimeoutException late) {
            throw givenUp(loaded, origin + ": did not load within " + seconds + " s");
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw givenUp(loaded, origin + ": not loaded, interrupted");
        }
    }

    /** What came at the last moment is closed here, what comes later by the thread that loads it. */
    private static PolicyFailure givenUp(CompletableFuture<PolicyLoader.Loaded> loaded, String message) {
        if (!loaded.cancel(true) && !loaded.isCompletedExceptionally()) {
            loaded.join().units().forEach(PolicyUnit::close);
        }
        return invalid(message);
    }

    private static PolicyFailure invalid(String message) {
        return new PolicyFailure(PolicyFailure.Kind.INVALID, message);
    }
}
