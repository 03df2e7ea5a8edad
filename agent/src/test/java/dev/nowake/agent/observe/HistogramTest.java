package dev.nowake.agent.observe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.stream.IntStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class HistogramTest {
    @Property(tries = 200)
    void everyValueIsInTheFirstBucketItDoesNotExceed(@ForAll double[] values) {
        double[] bounds = {-10, 0, 0.5, 1e6};
        Histogram histogram = new Histogram(bounds);
        for (double value : values) {
            histogram.observe(value);
        }
        long below = 0;
        for (int i = 0; i < bounds.length; i++) {
            double bound = bounds[i];
            below += histogram.counts()[i];
            assertThat(below)
                    .isEqualTo(Arrays.stream(values)
                            .filter(value -> value <= bound)
                            .count());
        }
        assertThat(Arrays.stream(histogram.counts()).sum()).isEqualTo(values.length);
    }

    @Example
    void nothingIsLostBetweenThreads() {
        Histogram histogram = new Histogram(1, 2);
        IntStream.range(0, 100_000).parallel().forEach(i -> histogram.observe(i % 3 + 0.5));
        assertThat(histogram.counts()).containsExactly(33_334, 33_333, 33_333);
        assertThat(histogram.sum()).isEqualTo(33_334 * 0.5 + 33_333 * 1.5 + 33_333 * 2.5);
    }
}
