package dev.nowake.agent.mirror.fill;

import dev.nowake.agent.observe.Histogram;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/** What a filler counts. Any thread; counting neither waits nor allocates. */
final class FillTally {
    final LongAdder fetchedBytes = new LongAdder();
    final LongAdder neededBytes = new LongAdder();
    final LongAdder expectedBytes = new LongAdder();
    final LongAdder retries = new LongAdder();
    final LongAdder abandoned = new LongAdder();
    final LongAdder mismatches = new LongAdder();
    final LongAdder completed = new LongAdder();
    private final AtomicLongArray failures = new AtomicLongArray(FailureKind.values().length);
    private final Histogram waits = new Histogram(0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100);

    void failed(FailureKind kind) {
        failures.incrementAndGet(kind.ordinal());
    }

    void waited(long nanos) {
        waits.observe(nanos / 1e9);
    }

    FillFigures figures(int underWay, int waiting, int streams, int abandonedNow, boolean isBroken) {
        Map<FailureKind, Long> byKind = new EnumMap<>(FailureKind.class);
        for (FailureKind kind : FailureKind.values()) {
            byKind.put(kind, failures.get(kind.ordinal()));
        }
        return new FillFigures(
                fetchedBytes.sum(),
                neededBytes.sum(),
                expectedBytes.sum(),
                underWay,
                waiting,
                byKind,
                retries.sum(),
                streams,
                abandonedNow,
                abandoned.sum(),
                Arrays.stream(waits.bounds()).boxed().toList(),
                Arrays.stream(waits.counts()).boxed().toList(),
                waits.sum(),
                mismatches.sum(),
                completed.sum(),
                isBroken);
    }
}
