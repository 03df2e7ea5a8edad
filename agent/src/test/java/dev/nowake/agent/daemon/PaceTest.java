package dev.nowake.agent.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class PaceTest {
    private static final long MILLI = 1_000_000L;

    @Property
    void aHundredthOfTheTimeAndACreditAtMost(
            @ForAll @Size(max = 200) List<@LongRange(min = 0, max = 200 * MILLI) Long> costs,
            @ForAll @LongRange(min = 0, max = 400 * MILLI) long wished) {
        Pace pace = new Pace();
        long time = 0;
        long cost = 0;
        for (long each : costs) {
            long wait = pace.after(each, wished);
            cost += each;
            time += wait;
            assertThat(wait).isGreaterThanOrEqualTo(wished);
            assertThat(cost).isLessThanOrEqualTo(time / 100 + 100 * MILLI);
        }
    }

    @Test
    void dearLooksComeSeldomAndCheapOnesAsWished() {
        Pace pace = new Pace();
        for (int i = 0; i < 3; i++) {
            assertThat(pace.after(30 * MILLI, 100 * MILLI))
                    .as("the first are on credit")
                    .isEqualTo(100 * MILLI);
        }
        assertThat(pace.after(30 * MILLI, 100 * MILLI)).isEqualTo(1_700 * MILLI);
        assertThat(pace.after(30 * MILLI, 100 * MILLI)).isEqualTo(3_000 * MILLI);
        assertThat(pace.after(MILLI / 2, 100 * MILLI)).isEqualTo(100 * MILLI);
    }
}
