package dev.nowake.agent.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class ReadRateTest {
    private static final long SECOND = 1_000_000_000L;

    @Test
    void oneLookTellsNothing() {
        ReadRate rate = new ReadRate();
        rate.seen(1000, 5);
        assertThat(rate.bytesPerSecond()).isZero();
    }

    @Property(tries = 100)
    void aSteadyReaderIsSeenAsFastAsItIsHoweverOftenItIsLookedAt(
            @ForAll @LongRange(min = 1, max = 10_000_000_000L) long bytesPerSecond,
            @ForAll @LongRange(min = 10, max = 2000) long stepMillis) {
        ReadRate rate = new ReadRate();
        for (long nanos = 0; nanos <= 20 * SECOND; nanos += stepMillis * 1_000_000) {
            rate.seen((long) (bytesPerSecond * (nanos / 1e9)), nanos);
        }
        assertThat(rate.bytesPerSecond()).isCloseTo(bytesPerSecond, within(0.01 * bytesPerSecond + 200));
    }

    @Test
    void aReaderThatStopsIsSeenToStop() {
        ReadRate rate = new ReadRate();
        rate.seen(0, 0);
        rate.seen(1 << 30, SECOND);
        assertThat(rate.bytesPerSecond()).isPositive();
        rate.seen(1 << 30, 11 * SECOND);
        assertThat(rate.bytesPerSecond()).isLessThan((1 << 30) / 1000.0);
    }

    @Test
    void twoLooksAtOneMomentDivideByNothing() {
        ReadRate rate = new ReadRate();
        rate.seen(0, 7);
        rate.seen(10, 7);
        assertThat(rate.bytesPerSecond()).isZero();
    }
}
