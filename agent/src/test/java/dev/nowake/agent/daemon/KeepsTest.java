package dev.nowake.agent.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.model.FileId;
import dev.nowake.model.RangeSet;
import dev.nowake.policy.Step;
import dev.nowake.policy.Step.Hold;
import org.junit.jupiter.api.Test;

class KeepsTest {
    private static final FileId FILE = new FileId(1, 2);

    private final Keeps keeps = new Keeps();

    private void keep(long start, long end, Hold hold, double until) {
        keeps.add(new Step.Keep(FILE, start, end - start, hold, until, ""), RangeSet.between(start, end));
    }

    @Test
    void timePasses() {
        keep(0, 100, Hold.TIME, 50);
        assertThat(keeps.of(FILE, false, 49.9)).isEqualTo(RangeSet.between(0, 100));
        assertThat(keeps.of(FILE, false, 50)).isEqualTo(RangeSet.EMPTY);
        assertThat(keeps.of(FILE, false, 1)).as("once over it is over").isEqualTo(RangeSet.EMPTY);
    }

    @Test
    void whileOpenEndsWithTheLastReader() {
        keep(0, 100, Hold.OPEN, 0);
        assertThat(keeps.of(FILE, true, 1)).isEqualTo(RangeSet.between(0, 100));
        assertThat(keeps.of(FILE, false, 1)).isEqualTo(RangeSet.EMPTY);
    }

    @Test
    void calmEndsWithPressureAndTheOthersStay() {
        keep(0, 100, Hold.CALM, 0);
        keep(200, 300, Hold.TIME, 50);
        assertThat(keeps.of(FILE, false, 1).bytes()).isEqualTo(200);
        keeps.pressed();
        assertThat(keeps.of(FILE, false, 1)).isEqualTo(RangeSet.between(200, 300));
    }

    @Test
    void otherFilesAreNotKept() {
        keep(0, 100, Hold.CALM, 0);
        assertThat(keeps.of(new FileId(1, 3), true, 1)).isEqualTo(RangeSet.EMPTY);
    }

    @Test
    void aWishRenewedEveryTickCostsNoMemory() {
        for (int i = 0; i < 10_000; i++) {
            keep(0, 100, Hold.TIME, 1000 + i);
        }
        for (int i = 0; i < 10_000; i++) {
            keep(i * 10L, i * 10L + 5, Hold.CALM, 0);
        }
        assertThat(keeps.of(FILE, false, 999).ranges()).hasSizeLessThanOrEqualTo(65);
    }

    @Test
    void aShorterWishDoesNotEndALongerOne() {
        keep(0, 100, Hold.TIME, 50);
        keep(20, 30, Hold.TIME, 10);
        assertThat(keeps.of(FILE, false, 20)).isEqualTo(RangeSet.between(0, 100));
    }
}
