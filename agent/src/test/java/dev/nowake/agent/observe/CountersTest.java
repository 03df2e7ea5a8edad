package dev.nowake.agent.observe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CountersTest {
    @Test
    void theSnapshotHasEveryCounterInTheirOrder() {
        Counters counters = new Counters();
        counters.increment(Counter.OPENS);
        counters.add(Counter.EVICTED_BYTES, 1L << 40);
        assertThat(counters.snapshot().keySet())
                .containsExactlyElementsOf(
                        Arrays.stream(Counter.values()).map(Counter::label).toList());
        assertThat(counters.snapshot())
                .containsEntry("opens", 1L)
                .containsEntry("evictedBytes", 1L << 40)
                .containsEntry("events", 0L);
    }

    @Test
    void nothingIsLostBetweenThreads() {
        Counters counters = new Counters();
        IntStream.range(0, 100_000).parallel().forEach(i -> counters.increment(Counter.EVENTS));
        assertThat(counters.get(Counter.EVENTS)).isEqualTo(100_000);
    }

    @Test
    void labelsAreJsonNamesAndNoneStandsTwice() {
        assertThat(Counter.values())
                .allSatisfy(counter -> assertThat(counter.label()).matches("[a-z][A-Za-z]+"))
                .allSatisfy(counter -> assertThat(counter.help()).isNotBlank());
        assertThat(Arrays.stream(Counter.values()).map(Counter::label)).doesNotHaveDuplicates();
    }
}
