package dev.nowake.agent.progress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.model.RangeSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** One reader's way through one file. */
class FileTrackTest {
    private static final long MIB = 1L << 20;
    private static final long UNKNOWN = -1;

    private final FileTrack track = new FileTrack();

    private FilePlace opened(boolean mapped) {
        track.present(true, mapped);
        return place();
    }

    private FilePlace place() {
        return track.place(0);
    }

    @Test
    void aReaderThatGoesOnHasReadAllBeforeItsPosition() {
        opened(false);
        assertThat(track.at(3, 0, 0, 0)).isFalse();
        assertThat(track.at(3, 10 * MIB, 10 * MIB, 0)).isTrue();
        assertThat(track.at(3, 30 * MIB, UNKNOWN, 0)).isTrue();
        assertThat(place())
                .isEqualTo(new FilePlace(
                        RangeSet.between(0, 30 * MIB), RangeSet.between(0, 30 * MIB), 30 * MIB, 30 * MIB, false));
    }

    @Test
    void aPositionThatMovedFurtherThanWasReadIsAJump() {
        opened(false);
        track.at(3, 2 * MIB, 2 * MIB, 0);
        track.at(3, 100 * MIB, 5 * MIB, 0);
        assertThat(place().touched())
                .isEqualTo(RangeSet.between(0, 2 * MIB).union(RangeSet.between(95 * MIB, 100 * MIB)));
        assertThat(place().wentBack()).isFalse();
    }

    /** A zip's directory stands at its end and is read first. */
    @Test
    void fromTheEndToTheBeginningIsNoWayBack() {
        opened(false);
        track.at(3, 100 * MIB, MIB, 0);
        track.at(3, 2 * MIB, 2 * MIB, 0);
        assertThat(place().wentBack()).isFalse();
    }

    @Test
    void theSecondPassIsAWayBackAndALittleIsNone() {
        opened(false);
        track.at(3, 100 * MIB, 100 * MIB, 0);
        track.at(3, 98 * MIB, 0, 0);
        assertThat(place().wentBack()).isFalse();
        track.at(3, MIB, 0, 0);
        assertThat(place().wentBack()).isTrue();
        track.at(3, 50 * MIB, 49 * MIB, 0);
        assertThat(place().wentBack()).isTrue();
    }

    @Test
    void whoReadsTheHeaderThroughAnotherDescriptorHasNotGoneBack() {
        opened(false);
        track.at(3, 100 * MIB, 100 * MIB, 5 * MIB);
        track.at(4, 4 * MIB, 4 * MIB, 5 * MIB);
        assertThat(place().wentBack()).isFalse();
        track.at(5, 20 * MIB, 20 * MIB, 5 * MIB);
        assertThat(place().wentBack()).isTrue();
    }

    @Test
    void whoComesBackForTheHeaderAloneHasReadNothingAgain() {
        opened(false);
        track.at(3, 5 * MIB, 5 * MIB, 0);
        track.present(false, false);
        track.present(true, false);
        track.keepOnly(Set.of(3));
        track.at(3, 100 * MIB, 100 * MIB, 5 * MIB);
        assertThat(track.place(5 * MIB).wentBack()).isFalse();
        track.present(false, false);
        track.present(true, true);
        track.maps(RangeSet.between(20 * MIB, 40 * MIB), RangeSet.EMPTY);
        assertThat(track.place(5 * MIB).wentBack()).isTrue();
    }

    @Test
    void aMappingReadInOrderHasAFrontierAndAnyOtherHasNone() {
        opened(true);
        track.maps(RangeSet.between(0, 30 * MIB), RangeSet.EMPTY);
        assertThat(place().furthestBytes()).isEqualTo(30 * MIB);
        track.maps(RangeSet.between(80 * MIB, 90 * MIB), RangeSet.EMPTY);
        assertThat(place().furthestBytes()).isEqualTo(-1);
        assertThat(place().touched().bytes()).isEqualTo(40 * MIB);
    }

    @Test
    void pagesThatAreMappedAgainAfterTheyWereGoneAreAWayBack() {
        RangeSet gone = RangeSet.between(0, 20 * MIB);
        opened(true);
        track.maps(RangeSet.between(0, 30 * MIB), RangeSet.EMPTY);
        track.maps(RangeSet.between(18 * MIB, 40 * MIB), gone);
        assertThat(place().wentBack()).as("a folio at the edge").isFalse();
        track.maps(RangeSet.between(0, 10 * MIB), gone);
        assertThat(place().wentBack()).isTrue();
    }

    @Property
    void nothingIsTouchedThatNoPositionPassed(
            @ForAll @Size(max = 20) List<@LongRange(min = 0, max = 1L << 32) Long> at) {
        FileTrack any = new FileTrack();
        any.present(true, false);
        long most = 0;
        long had = 0;
        for (long position : at) {
            any.at(3, position, UNKNOWN, 0);
            most = Math.max(most, position);
            RangeSet touched = any.touched();
            assertThat(touched.minus(RangeSet.between(0, most)).isEmpty()).isTrue();
            assertThat(touched.bytes()).isGreaterThanOrEqualTo(had);
            had = touched.bytes();
        }
    }

    @Test
    void aPlaceForAllReadersIsTheSlowestsAndWhatAllHaveTouched() {
        FilePlace slow = new FilePlace(RangeSet.between(0, 5), RangeSet.between(0, 5), 5, 5, false);
        FilePlace fast = new FilePlace(RangeSet.between(0, 9), RangeSet.between(0, 9), 9, 9, true);
        FilePlace jumping = new FilePlace(RangeSet.between(4, 9), RangeSet.between(4, 9), -1, -1, false);
        assertThat(slow.with(fast))
                .isEqualTo(new FilePlace(RangeSet.between(0, 5), RangeSet.between(0, 9), 5, 9, true));
        assertThat(jumping.with(slow))
                .isEqualTo(new FilePlace(RangeSet.between(4, 5), RangeSet.between(0, 9), -1, -1, false));
    }
}
