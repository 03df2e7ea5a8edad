package dev.nowake.policy.sim;

import static dev.nowake.policy.sim.Recordings.MIB;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.policy.trace.Access;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a recording's times say about the reader, and what they do not. */
class ThinkTimesTest {
    private static Access access(long length, long nanos, int pid) {
        return new Access(0, 0, length, 0, nanos, pid);
    }

    private static Recording recording(Access... accesses) {
        return new Recording(Recordings.shards(1, 64 * MIB), List.of(accesses));
    }

    @Test
    void whatIsSlowerThanTheQuickestReadsWasThought() {
        ThinkTimes thinks = new ThinkTimes(recording(
                access(MIB, 0, 1), access(MIB, 1_000_000, 1), access(MIB, 2_000_000, 1), access(MIB, 9_000_000, 1)));
        assertThat(thinks.between(0, 1)).isZero();
        assertThat(thinks.between(1, 2)).isZero();
        assertThat(thinks.between(2, 3)).isEqualTo(6_000_000);
    }

    @Test
    void anEvenReaderIsTakenForOneThatWaits() {
        ThinkTimes thinks = new ThinkTimes(Recordings.sequential(1, 64 * MIB, MIB, 5_000_000));
        assertThat(thinks.between(0, 1)).isZero();
        assertThat(thinks.between(30, 31)).isZero();
    }

    @Test
    void aReaderThatBeginsLaterBeginsLater() {
        ThinkTimes thinks = new ThinkTimes(recording(access(MIB, 3_000_000, 1), access(MIB, 5_000_000, 2)));
        assertThat(thinks.before(0)).isZero();
        assertThat(thinks.before(1)).isEqualTo(2_000_000);
    }

    @Test
    void timesThatLackRunBackwardsOrLastForYearsDoNoHarm() {
        ThinkTimes none = new ThinkTimes(Recordings.sequential(1, 64 * MIB, MIB, -1));
        assertThat(none.before(0)).isZero();
        assertThat(none.between(0, 1)).isZero();
        ThinkTimes odd = new ThinkTimes(recording(
                access(MIB, 7_000, 1), access(MIB, 3_000, 1), access(MIB, 4_000, 1), access(1, Long.MAX_VALUE, 1)));
        assertThat(odd.before(0)).isEqualTo(4_000);
        assertThat(odd.between(0, 1)).isZero();
        assertThat(odd.between(2, 3)).isEqualTo(ThinkTimes.MAX_NANOS);
    }
}
