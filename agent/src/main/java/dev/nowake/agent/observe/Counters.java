package dev.nowake.agent.observe;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLongArray;

/** The counters of one daemon. Any thread. */
public final class Counters {
    private final AtomicLongArray values = new AtomicLongArray(Counter.values().length);

    public void increment(Counter counter) {
        add(counter, 1);
    }

    public void add(Counter counter, long amount) {
        values.addAndGet(counter.ordinal(), amount);
    }

    public long get(Counter counter) {
        return values.get(counter.ordinal());
    }

    public Map<String, Long> snapshot() {
        Map<String, Long> snapshot = new LinkedHashMap<>();
        for (Counter counter : Counter.values()) {
            snapshot.put(counter.label(), get(counter));
        }
        return snapshot;
    }
}
