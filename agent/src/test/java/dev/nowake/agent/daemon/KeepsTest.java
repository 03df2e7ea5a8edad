package dev.nowake.agent.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.model.FileId;
import dev.nowake.model.RangeSet;
import dev.nowake.policy.Step;
import dev.nowake.policy.Step.Hold;
import org.junit.jupiter.api.Test;

class KeepsTest {
    private static final FileId FILE = new FileId(1, 2);

    private double wall;
    private double steady;
    private final Keeps keeps = new Keeps(new Clocks(() -> wall, () -> steady));

    private void keep(long start, long end, Hold hold, double until) {
        keeps.add(new Step.Keep(FILE, start, end - start, hold, until, ""), RangeSet.between(start, end));
    }

    private RangeSet at(double seconds, FileId file, boolean inUse) {
        wall = seconds;
        steady = seconds;
        return keeps.of(file, inUse);
    }

    @Test
    void aClockThatIsSetEndsAndProlongsNothing() {
        double year = 365 * 86_400;
        wall = 10 * year;
        keep(0, 100, Hold.TIME, 10 * year + 50);
        wall = 20 * year;
        steady = 49;
        assertThat(keeps.of(FILE, false)).as("set forward").isEqualTo(RangeSet.between(0, 100));
        wall = year;
        steady = 51;
        assertThat(keeps.of(FILE, false)).as("set back").isEqualTo(RangeSet.EMPTY);
    }

    @Test
    void timePasses() {
        keep(0, 100, Hold.TIME, 50);
        assertThat(at(49.9, FILE, false)).isEqualTo(RangeSet.between(0, 100));
        assertThat(at(50, FILE, false)).isEqualTo(RangeSet.EMPTY);
        assertThat(at(1, FILE, false)).as("once over it is over").isEqualTo(RangeSet.EMPTY);
    }

    @Test
    void whileOpenEndsWithTheLastReader() {
        keep(0, 100, Hold.OPEN, 0);
        assertThat(at(1, FILE, true)).isEqualTo(RangeSet.between(0, 100));
        assertThat(at(1, FILE, false)).isEqualTo(RangeSet.EMPTY);
    }

    @Test
    void calmEndsWithPressureAndTheOthersStay() {
        keep(0, 100, Hold.CALM, 0);
        keep(200, 300, Hold.TIME, 50);
        assertThat(at(1, FILE, false).bytes()).isEqualTo(200);
        keeps.pressed();
        assertThat(at(1, FILE, false)).isEqualTo(RangeSet.between(200, 300));
    }

    @Test
    void otherFilesAreNotKept() {
        keep(0, 100, Hold.CALM, 0);
        assertThat(at(1, new FileId(1, 3), true)).isEqualTo(RangeSet.EMPTY);
    }

    @Test
    void aWishRenewedEveryTickCostsNoMemory() {
        for (int i = 0; i < 10_000; i++) {
            keep(0, 100, Hold.TIME, 1000 + i);
        }
        for (int i = 0; i < 10_000; i++) {
            keep(i * 10L, i * 10L + 5, Hold.CALM, 0);
        }
        assertThat(at(999, FILE, false).ranges()).hasSizeLessThanOrEqualTo(65);
    }

    @Test
    void aShorterWishDoesNotEndALongerOne() {
        keep(0, 100, Hold.TIME, 50);
        keep(20, 30, Hold.TIME, 10);
        assertThat(at(20, FILE, false)).isEqualTo(RangeSet.between(0, 100));
    }
}
