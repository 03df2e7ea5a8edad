package dev.nowake.agent.govern;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.agent.govern.SimulatedMemory.Manner;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;

/** The law on a simulated host: several loads, readers of all kinds, somebody who allocates, a cache full of others' pages. */
class RoomLawPropertyTest {
    private static final long MIB = SimulatedMemory.MIB;
    private static final int STEPS = 6_000;

    record Wish(long sizeMib, long readMibPerSecond, Manner manner) {}

    @Property(tries = 60)
    void roomIsNeverExceededAndTheMarksOnlyReachedByOthers(
            @ForAll @LongRange(min = 0, max = 3000) long freeMib,
            @ForAll @LongRange(min = 4, max = 2000) long windowMib,
            @ForAll @LongRange(min = 0, max = 400) long outsideMibPerSecond,
            @ForAll @Size(min = 1, max = 4) List<@From("wishes") Wish> wishes,
            @ForAll boolean dropsBehind,
            @ForAll long seed) {
        SimulatedMemory host =
                new SimulatedMemory(freeMib * MIB, windowMib * MIB, outsideMibPerSecond * MIB / 1000, seed);
        wishes.forEach(wish -> host.add(wish.sizeMib() * MIB, wish.readMibPerSecond() * MIB / 1000, wish.manner()));
        for (int step = 0; step < STEPS && !host.isDone(); step++) {
            long freeBefore = host.aboveMarkBytes();
            host.step(dropsBehind);
            for (SimulatedMemory.Load load : host.loads) {
                assertThat(load.ledger.prefetchedBytes() + load.ledger.inFlightBytes())
                        .as("prefetched <= room + released")
                        .isLessThanOrEqualTo(load.ledger.roomBytes() + load.ledger.releasedBytes());
                assertThat(load.ledger.creditBytes()).isNotNegative();
            }
            if (host.aboveMarkBytes() < 0 && freeBefore >= 0 && host.takenByPrefetchBytes > 0) {
                assertThat(host.takenByOthersBytes)
                        .as("the mark is reached: others took more than is left to them since the last look")
                        .isGreaterThan(host.recycles() ? Margin.RECYCLED_BYTES : host.marginAtLookBytes());
            }
        }
        assertThat(host.foreignCacheBytes).as("nobody's pages were named").isEqualTo(8192 * MIB);
    }

    /** With room for the margin and some chunks, prefetch carries a load: its reader brings nothing in after the start. */
    @Property(tries = 40)
    void aLoadWithRoomMakesProgressInIt(
            @ForAll @LongRange(min = 1, max = 3) long loads,
            @ForAll @LongRange(min = 50, max = 500) long readMibPerSecond,
            @ForAll long seed) {
        long enough = SimulatedMemory.MARK_BYTES
                + Margin.FLOOR_BYTES
                + loads * readMibPerSecond * MIB // margin, what lies behind the reader, and some ahead
                + 256 * MIB;
        SimulatedMemory host = new SimulatedMemory(enough, 512 * MIB, 0, seed);
        for (int i = 0; i < loads; i++) {
            host.add(1024 * MIB, readMibPerSecond * MIB / 1000, Manner.SEQUENTIAL);
        }
        for (int step = 0; step < 60_000 && !host.isDone(); step++) {
            host.step(true);
        }
        assertThat(host.isDone()).isTrue();
        for (SimulatedMemory.Load load : host.loads) {
            assertThat(load.ownReadBytes).as("read by the reader itself").isLessThan(load.sizeBytes / 10);
        }
        assertThat(host.aboveMarkBytes()).isEqualTo(enough - SimulatedMemory.MARK_BYTES);
    }

    @Property(tries = 20)
    void withoutRoomNothingIsPrefetchedAndReadersGoOn(
            @ForAll @LongRange(min = 0, max = 160) long freeMib,
            @ForAll @Size(min = 1, max = 3) List<@From("wishes") Wish> wishes,
            @ForAll long seed) {
        SimulatedMemory host = new SimulatedMemory(freeMib * MIB, 512 * MIB, 0, seed);
        wishes.forEach(wish -> host.add(wish.sizeMib() * MIB, wish.readMibPerSecond() * MIB / 1000, Manner.SEQUENTIAL));
        for (int step = 0; step < 60_000 && !host.isDone(); step++) {
            host.step(false);
        }
        assertThat(host.isDone()).isTrue();
        for (SimulatedMemory.Load load : host.loads) {
            assertThat(load.ledger.prefetchedBytes()).isZero();
        }
    }

    /** 100 ms in which somebody takes half of what is free. */
    @Property(tries = 20)
    void memoryEatenAllAtOnceStopsPrefetchAtTheNextLook(@ForAll @LongRange(min = 600, max = 4000) long freeMib) {
        SimulatedMemory host = new SimulatedMemory(freeMib * MIB, 2048 * MIB, 0, 1);
        host.add(16_384 * MIB, MIB, Manner.SEQUENTIAL);
        for (int step = 0; step < 100; step++) {
            host.step(true);
        }
        host.freeBytes = SimulatedMemory.MARK_BYTES;
        for (int step = 0; step < 51; step++) {
            host.step(true);
        }
        long prefetched = host.loads.getFirst().askedBytes;
        for (int step = 0; step < 49; step++) {
            host.step(true);
        }
        assertThat(host.loads.getFirst().askedBytes)
                .as("only its own reader's bytes")
                .isLessThanOrEqualTo(Math.max(prefetched, host.loads.getFirst().readBytes));
    }

    @Provide
    Arbitrary<Wish> wishes() {
        return Combinators.combine(
                        Arbitraries.longs().between(8, 2000),
                        Arbitraries.longs().between(50, 2000),
                        Arbitraries.of(Manner.class))
                .as(Wish::new);
    }
}
