package dev.nowake.agent.observe;

import java.util.Arrays;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.concurrent.atomic.LongAdder;

/** How often values fell between bounds. Any thread; observing neither waits nor allocates. */
public final class Histogram {
    private final double[] bounds;
    private final LongAdder[] counts;
    private final DoubleAdder sum = new DoubleAdder();

    /**
     * @param bounds each the highest value of its bucket, ascending; a last bucket takes what is higher
     */
    public Histogram(double... bounds) {
        this.bounds = bounds.clone();
        this.counts = new LongAdder[bounds.length + 1];
        Arrays.setAll(counts, bucket -> new LongAdder());
    }

    public void observe(double value) {
        int bucket = 0;
        while (bucket < bounds.length && value > bounds[bucket]) {
            bucket++;
        }
        counts[bucket].increment();
        sum.add(value);
    }

    /** Ascending, without the last bucket's. */
    public double[] bounds() {
        return bounds.clone();
    }

    /** Of each bucket alone, one more than there are bounds; what is observed meanwhile may be in it or not. */
    public long[] counts() {
        return Arrays.stream(counts).mapToLong(LongAdder::sum).toArray();
    }

    public double sum() {
        return sum.sum();
    }
}
