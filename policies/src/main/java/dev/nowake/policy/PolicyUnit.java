package dev.nowake.policy;

import java.util.function.Consumer;

/**
 * A policy as it was loaded, with what its host needs to run it safely. Calls of {@link #policy} come from one thread at a
 * time; the other methods may come from any.
 */
public interface PolicyUnit extends AutoCloseable {
    /** Where it comes from, for messages: {@code built in}, or the path of its file or jar. */
    String origin();

    Policy policy();

    /** Comes with nowake and is written in Java: it is called where its answer is needed, without a thread of its own. */
    boolean isTrusted();

    /**
     * Ends the call under way as soon as the language can: it then throws {@link PolicyFailure}. A script's context is made
     * anew for its next call. What only stops when it looks (a Java loop) is interrupted.
     */
    void stopCall(String why);

    /**
     * Makes its first call about as quick as later ones, and leaves no trace in it. May take half a second; before the first
     * call, on any thread.
     */
    default void warmUp() {
        // a Java policy is quick enough
    }

    /** Where lines go that the policy logs ({@code console.log}); nowhere before the first call. */
    default void logTo(Consumer<String> lines) {
        // a Java policy has no log
    }

    /** Gives back what it holds. A call under way is stopped. */
    @Override
    void close();
}
