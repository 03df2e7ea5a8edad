package dev.nowake.agent.mirror.serve;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class FillRateTest {
    private static final long SECOND = 1_000_000_000L;

    @Test
    void nothingBeforeTwoLooks() {
        FillRate rate = new FillRate();
        assertThat(rate.bytesPerSecond()).isZero();
        rate.look(100, 5);
        assertThat(rate.bytesPerSecond()).isZero();
        rate.look(100, 5);
        assertThat(rate.bytesPerSecond()).isZero();
    }

    @Property(tries = 200)
    void whatWasLongAgoDoesNotCount(
            @ForAll @LongRange(max = 1L << 40) long before,
            @ForAll @LongRange(max = 1L << 34) long each,
            @ForAll @IntRange(min = 7, max = 60) int seconds) {
        FillRate rate = new FillRate();
        rate.look(0, -SECOND);
        long bytes = before;
        for (int i = 0; i < seconds; i++) {
            rate.look(bytes, i * SECOND);
            bytes += each;
        }
        assertThat(rate.bytesPerSecond()).isEqualTo(each);
    }
}
