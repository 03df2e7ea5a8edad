package dev.nowake.agent.decide;

import dev.nowake.agent.observe.Histogram;
import dev.nowake.policy.Hook;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;

/** What is kept of a policy under its name, over reloads: its state, what it did, and whether it is disabled. Any thread. */
final class PolicyRecord {
    /** A policy that fails so often in a row is broken; once may be an odd model, twice its next shard. */
    static final int FAILURES_IN_A_ROW = 3;

    /** Enough for a median, and what a status looks back on. */
    private static final int RECENT_CALLS = 128;

    private final String name;
    /**
     * Seconds. Policies in Java answer within microseconds, scripts within a millisecond, and 0.1 is where a call is stopped.
     */
    private static final double[] LATENCIES = {1e-5, 5e-5, 1e-4, 5e-4, 1e-3, 5e-3, 0.01, 0.05, 0.1};

    private final Histogram latencies = new Histogram(LATENCIES);
    private final RateLimit failuresTold = new RateLimit(10);
    private final RateLimit linesSaid = new RateLimit(10);
    private final long[] recentNanos = new long[RECENT_CALLS];
    private int recent;
    private long calls;
    private long failures;
    /** Since each hook's own last success: the other hook, which may have nothing to do, is no sign that this one works. */
    private final Map<Hook, Integer> failuresInARow = new EnumMap<>(Hook.class);

    private String lastFailure;
    private volatile String disabled;
    private volatile Map<String, Object> state = Map.of();

    PolicyRecord(String name) {
        this.name = name;
    }

    String name() {
        return name;
    }

    Map<String, Object> state() {
        return state;
    }

    /** {@code remembered} as {@link RememberedState} made it. */
    void remember(Map<String, Object> remembered) {
        state = remembered;
    }

    /** Why the policy is not asked any more; null while it is. */
    String disabled() {
        return disabled;
    }

    synchronized void succeeded(Hook hook, long nanos) {
        failuresInARow.remove(hook);
        calls++;
        latencies.observe(nanos / 1e9);
        recentNanos[recent++ % RECENT_CALLS] = nanos;
        if (recent == 2 * RECENT_CALLS) {
            recent = RECENT_CALLS;
        }
    }

    /** Returns whether this failure disabled it. */
    synchronized boolean failed(Hook hook, String message) {
        calls++;
        failures++;
        failuresInARow.merge(hook, 1, Integer::sum);
        lastFailure = message;
        int inARow =
                failuresInARow.values().stream().mapToInt(Integer::intValue).sum();
        return inARow >= FAILURES_IN_A_ROW && disable(FAILURES_IN_A_ROW + " failures in a row: " + message);
    }

    /** False when it was disabled before. */
    synchronized boolean disable(String why) {
        if (disabled != null) {
            return false;
        }
        disabled = why;
        lastFailure = why;
        return true;
    }

    synchronized void enable() {
        disabled = null;
        failuresInARow.clear();
    }

    RateLimit failuresTold() {
        return failuresTold;
    }

    RateLimit linesSaid() {
        return linesSaid;
    }

    /** A line of {@code status} but for where it comes from. */
    synchronized Numbers numbers() {
        int known = Math.min(recent, RECENT_CALLS);
        long[] sorted = Arrays.copyOf(recentNanos, known);
        Arrays.sort(sorted);
        return new Numbers(calls, failures, lastFailure, known == 0 ? null : sorted[known / 2] / 1e3);
    }

    /** Seconds that calls took which did not fail. */
    Histogram latencies() {
        return latencies;
    }

    /** {@code medianMicros} of the last calls that did not fail; null before the first. */
    record Numbers(long calls, long failures, String lastFailure, Double medianMicros) {}
}
