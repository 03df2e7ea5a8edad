package dev.nowake.agent.sample;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

final class SamplePaceTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long USUAL_NANOS = 500_000;

    @Test
    void aShortLoadIsSeenInDetailAndALongOneInSixHundredLines() {
        SamplePace pace = new SamplePace();
        int lines = 1;
        int inOneMinute = 0;
        long now = 0;
        for (long wait = pace.after(true, USUAL_NANOS); wait >= 0; wait = pace.after(true, USUAL_NANOS)) {
            now += wait;
            lines++;
            inOneMinute += now <= 60 * SECOND ? 1 : 0;
            assertThat(lines).isLessThanOrEqualTo(SamplePace.MOST);
        }
        assertThat(inOneMinute).isBetween(230, 260);
        assertThat(now).as("hours").isGreaterThan(6 * 3600 * SECOND);
    }

    @Test
    void whereNothingMovesLooksBecomeRareAndComeBackAtOnce() {
        SamplePace pace = new SamplePace();
        long wait = 0;
        for (int i = 0; i < 30; i++) {
            wait = pace.after(false, USUAL_NANOS);
        }
        assertThat(wait).isEqualTo(SamplePace.IDLE_NANOS);
        assertThat(pace.after(true, USUAL_NANOS)).isEqualTo(SamplePace.FIRST_NANOS);
    }

    @Property(tries = 100)
    void looksCostAtMostHalfAPercentOfAProcessor(@ForAll @LongRange(min = 1, max = 50_000_000) long costNanos) {
        SamplePace pace = new SamplePace();
        long now = 0;
        long cost = 0;
        for (int i = 0; i < 500; i++) {
            cost += costNanos;
            now += pace.after(true, costNanos);
            assertThat(cost).isLessThanOrEqualTo(now / 200 + 20_000_000 + costNanos);
        }
    }
}
