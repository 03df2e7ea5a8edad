package dev.nowake.agent.execute;

/** One eviction under way, stepped by its caller. For one thread. */
public interface EvictAttempt {
    /** Means that nothing is left to try. */
    long DONE = Long.MAX_VALUE;

    /**
     * Tries once, without waiting.
     *
     * @return when to call again, on the clock of {@code nowNanos}; {@link #DONE} when all is gone, what stays will stay, or
     *     the deadline has passed
     */
    long step(long nowNanos);

    /** What the last step saw. */
    EvictOutcome outcome();
}
