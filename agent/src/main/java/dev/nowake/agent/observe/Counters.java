package dev.nowake.agent.observe;

import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLongArray;

/** What one daemon counts and measures. Any thread. */
public final class Counters {
    private final AtomicLongArray values = new AtomicLongArray(Counter.values().length);
    private final Map<Measure, Histogram> measures = new EnumMap<>(Measure.class);
    private final ModelTotals models = new ModelTotals();

    public Counters() {
        for (Measure measure : Measure.values()) {
            measures.put(measure, measure.empty());
        }
    }

    public void increment(Counter counter) {
        add(counter, 1);
    }

    public void add(Counter counter, long amount) {
        values.addAndGet(counter.ordinal(), amount);
    }

    public long get(Counter counter) {
        return values.get(counter.ordinal());
    }

    /** Of all counters together: another number says that something happened. */
    public long sum() {
        long sum = 0;
        for (int i = 0; i < values.length(); i++) {
            sum += values.get(i);
        }
        return sum;
    }

    public Map<String, Long> snapshot() {
        Map<String, Long> snapshot = new LinkedHashMap<>();
        for (Counter counter : Counter.values()) {
            snapshot.put(counter.label(), get(counter));
        }
        return snapshot;
    }

    public Histogram measure(Measure measure) {
        return measures.get(measure);
    }

    public ModelTotals models() {
        return models;
    }
}
