package dev.nowake.agent.execute;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** With the clock in hand. */
class MountBudgetTest {
    private static final long MIB = 1L << 20;
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final List<MountState> fenced = new ArrayList<>();
    private final List<MountState> lifted = new ArrayList<>();
    private final AtomicInteger begun = new AtomicInteger();
    private final FenceListener listener = new FenceListener() {
        @Override
        public void fenced(MountState mount, long silentNanos) {
            fenced.add(mount);
        }

        @Override
        public void lifted(MountState mount, long fencedNanos) {
            lifted.add(mount);
        }
    };
    private final MountBudget mount = budget(8 * MIB);

    private MountBudget budget(long mostBytes) {
        MountTraits traits = new MountTraits(7, "fuse.slowfs", 0, true, Mechanism.READAHEAD, 64, MIB);
        return new MountBudget(traits, mostBytes, listener, begun::incrementAndGet);
    }

    private Flight begin(InFlightBudget room, long nowNanos) {
        Flight flight = mount.tryBegin(null, MIB, nowNanos);
        assertThat(flight).isNotNull();
        assertThat(flight.tryAcquire(room, MIB, Placement.ANYWHERE)).isTrue();
        return flight;
    }

    @Test
    void noMoreThanTheWindowIsInFlightAndWhatAChunkDoesNotNeedIsFree() {
        InFlightBudget room = new InFlightBudget(64 * MIB);
        List<Flight> flights = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            flights.add(begin(room, 0));
        }
        assertThat(mount.tryBegin(null, MIB, 0)).isNull();
        assertThat(mount.tryBegin(null, 4096, 0)).isNull();
        assertThat(mount.state(0).inFlightBytes()).isEqualTo(8 * MIB);
        flights.getFirst().shrinkTo(MIB / 2);
        assertThat(room.inFlightBytes()).isEqualTo(8 * MIB - MIB / 2);
        assertThat(mount.tryBegin(null, MIB / 2, 0)).isNotNull();
        assertThat(begun).as("told once, of the first").hasValue(1);
    }

    @Test
    void aMountThatReturnsNothingIsFencedAndItsBytesAreOthers() {
        InFlightBudget room = new InFlightBudget(4 * MIB);
        List<Flight> stuck = List.of(begin(room, 0), begin(room, SECOND), begin(room, 2 * SECOND), begin(room, SECOND));
        assertThat(mount.look(4 * SECOND)).isTrue();
        assertThat(room.tryAcquire(MIB, Placement.ANYWHERE)).isFalse();
        assertThat(fenced).isEmpty();

        assertThat(mount.look(5 * SECOND)).as("nothing more to look for").isFalse();
        assertThat(fenced).singleElement().satisfies(state -> {
            assertThat(state.isFenced()).isTrue();
            assertThat(state.budgetBytes()).isZero();
            assertThat(state.inFlightBytes()).isEqualTo(4 * MIB);
        });
        assertThat(room.inFlightBytes()).isZero();
        assertThat(mount.tryBegin(null, MIB, 5 * SECOND)).isNull();
        mount.look(50 * SECOND);
        assertThat(fenced).hasSize(1);

        stuck.getFirst().failed();
        stuck.getFirst().end(65 * SECOND);
        assertThat(lifted).singleElement().satisfies(state -> {
            assertThat(state.isFenced()).isFalse();
            assertThat(state.budgetBytes()).as("small first").isEqualTo(2 * MIB);
        });
        assertThat(begun).as("there is something to look for again").hasValue(2);
        assertThat(mount.tryBegin(null, MIB, 65 * SECOND))
                .as("three are still there")
                .isNull();
        stuck.subList(1, 4).forEach(flight -> {
            flight.landed();
            flight.end(66 * SECOND);
        });
        assertThat(mount.state(66 * SECOND).latencyNanos())
                .as("a fence is no latency")
                .isZero();
        assertThat(mount.tryBegin(null, MIB, 66 * SECOND)).isNotNull();
        assertThat(room.inFlightBytes()).as("given back once").isZero();
    }

    @Test
    void aSlowMountThatReturnsSomethingIsNotFenced() {
        InFlightBudget room = new InFlightBudget(64 * MIB);
        begin(room, 0);
        for (int second = 0; second < 100; second += 4) {
            Flight flight = begin(room, second * SECOND);
            flight.landed();
            flight.end((second + 4) * SECOND);
            assertThat(mount.look((second + 4) * SECOND + SECOND / 2)).isTrue();
        }
        assertThat(fenced).isEmpty();
    }

    @Test
    void chunksThatNeverBeganAreNoSignOfLife() {
        InFlightBudget room = new InFlightBudget(64 * MIB);
        begin(room, 0);
        for (int i = 0; i < 50; i++) {
            begin(room, i * SECOND / 10).end(i * SECOND / 10);
        }
        mount.look(5 * SECOND);
        assertThat(fenced).hasSize(1);
    }

    @Test
    void aFlightThatAcquiresOnAMountFencedMeanwhileGetsNothing() {
        InFlightBudget room = new InFlightBudget(MIB);
        Flight flight = mount.tryBegin(null, MIB, 0);
        mount.look(9 * SECOND);
        assertThat(flight.tryAcquire(room, MIB, Placement.ANYWHERE)).isFalse();
        assertThat(room.inFlightBytes()).isZero();
    }

    @Property
    void patienceIsBetweenFiveAndThirtySeconds(@ForAll @LongRange(min = 0) long latencyNanos) {
        assertThat(MountBudget.patienceNanos(latencyNanos)).isBetween(5 * SECOND, 30 * SECOND);
        assertThat(MountBudget.patienceNanos(Math.min(latencyNanos, SECOND / 2)))
                .isEqualTo(5 * SECOND);
        assertThat(MountBudget.patienceNanos(Math.max(latencyNanos, 4 * SECOND)))
                .isEqualTo(30 * SECOND);
    }

    /** Every sequence of beginnings, answers, losses, silences: both books balance, and what is not fenced is never over. */
    @Property
    void theBooksBalance(@ForAll @Size(max = 300) List<@IntRange(min = 0, max = 999) Integer> acts) {
        fenced.clear();
        lifted.clear();
        MountBudget any = budget(16 * MIB);
        InFlightBudget room = new InFlightBudget(12 * MIB);
        List<Flight> flights = new ArrayList<>();
        long now = 0;
        for (int act : acts) {
            now += act * 3_000_000L;
            long before = any.state(now).inFlightBytes();
            switch (act % 5) {
                case 0, 1 -> {
                    Flight flight = any.tryBegin(null, MIB, now);
                    if (flight != null) {
                        assertThat(before + MIB)
                                .isLessThanOrEqualTo(any.state(now).budgetBytes());
                        flight.tryAcquire(room, MIB, Placement.ANYWHERE);
                        flight.shrinkTo(MIB - act % 7 * 4096L);
                        flights.add(flight);
                    }
                }
                case 2, 3 -> {
                    if (!flights.isEmpty()) {
                        Flight flight = flights.remove(act % flights.size());
                        if (act % 3 == 0) {
                            flight.landed();
                        }
                        flight.end(now);
                    }
                }
                default -> any.look(now);
            }
            assertThat(any.state(now).budgetBytes()).isLessThanOrEqualTo(16 * MIB);
            assertThat(room.inFlightBytes()).isBetween(0L, flights.size() * MIB);
        }
        for (Flight flight : flights) {
            flight.end(now);
        }
        assertThat(room.inFlightBytes()).isZero();
        assertThat(any.state(now).inFlightBytes()).isZero();
        assertThat(fenced.size() - lifted.size()).isBetween(0, 1);
    }
}
