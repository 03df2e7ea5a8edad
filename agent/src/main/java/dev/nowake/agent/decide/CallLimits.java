package dev.nowake.agent.decide;

/**
 * What one call of an untrusted policy may cost.
 *
 * @param cpuNanos it is stopped when its thread has had the processor for so long
 * @param answerNanos it is stopped so long after it was asked for, however little of that it ran, but no sooner than
 *     {@code cpuNanos} after it began
 * @param graceNanos after that its caller gets an answer, whether the call has ended or not
 * @param abandonNanos a call that still has not ended so long after it was stopped takes its thread with it
 * @param allocatedBytes it is stopped when it has allocated more
 * @param queuedCalls calls that wait for the policy; further ones are answered by the fallback
 * @param queuedNanos a call that has waited longer is answered by the fallback
 */
record CallLimits(
        long cpuNanos,
        long answerNanos,
        long graceNanos,
        long abandonNanos,
        long allocatedBytes,
        int queuedCalls,
        long queuedNanos) {
    private static final long MILLI = 1_000_000L;

    /**
     * A warm hook takes microseconds, a cold one milliseconds. A busy host keeps it from the processor as long again and
     * again, which is not its fault: what was not queued may take that time to run. Scripts stop within 5 ms of being asked
     * to, so 25 ms of grace are for the host's sake. Answered or stopped make 95 ms, within the 100 ms that are promised. The heap has 128 MiB, half of it is the
     * most one call may take before the daemon itself runs short. A second is what a runtime needs to end what it can end
     * at all, but for very long numbers.
     */
    static final CallLimits STANDARD =
            new CallLimits(20 * MILLI, 70 * MILLI, 25 * MILLI, 1000 * MILLI, 64L << 20, 64, 50 * MILLI);

    /** For calls nobody waits for: the first ones of a policy, which load and link its code. */
    static final CallLimits REHEARSAL =
            new CallLimits(2000 * MILLI, 5000 * MILLI, 500 * MILLI, 1000 * MILLI, 256L << 20, 64, 60_000 * MILLI);
}
