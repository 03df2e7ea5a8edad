package dev.nowake.agent.observe;

import java.util.LinkedHashMap;
import java.util.Map;

/** What loads came to, by model: the first twenty by name, all others as one. Any thread. */
public final class ModelTotals {
    /** A series each for Prometheus, which keeps them for weeks: a cache of hundreds of models would be hundreds. */
    static final int MOST_MODELS = 20;

    /** The name of all that came later. */
    static final String OTHER = "other";

    private final Map<String, Total> totals = new LinkedHashMap<>();

    /**
     * @param seconds from the first open to the last reader's end, summed over the loads
     */
    public record Total(long loads, double seconds, long prefetchedBytes, long evictedBytes) {
        static final Total NONE = new Total(0, 0, 0, 0);

        Total plus(Total other) {
            return new Total(
                    loads + other.loads,
                    seconds + other.seconds,
                    prefetchedBytes + other.prefetchedBytes,
                    evictedBytes + other.evictedBytes);
        }
    }

    /** A load is over. */
    public synchronized void add(String model, double seconds, long prefetchedBytes, long evictedBytes) {
        String name = totals.containsKey(model) || totals.size() < MOST_MODELS ? model : OTHER;
        Total load = new Total(1, seconds, prefetchedBytes, evictedBytes);
        totals.merge(name, load, Total::plus);
    }

    /** In the order their first loads ended. */
    public synchronized Map<String, Total> snapshot() {
        return new LinkedHashMap<>(totals);
    }
}
