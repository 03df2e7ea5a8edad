package dev.nowake.agent.govern;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.agent.execute.Placement;
import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class RoomLawTest {
    private static final long MIB = 1L << 20;
    private static final long LIMIT = 256 * MIB;
    private static final long FLOOR = Margin.FLOOR_BYTES;
    private static final long LOOK = RoomLaw.LOOK_NANOS;

    private final RoomLaw law = new RoomLaw(LIMIT);
    private final Ledger load = new Ledger();
    private long now = 1;

    @Test
    void withoutALookNothingIsKnown() {
        assertThat(law.needsLook(now)).isTrue();
        assertThat(law.tryAcquire(load, MIB, Placement.ANYWHERE, now)).isFalse();
        assertThat(law.shortage()).isEqualTo(Shortage.UNKNOWN);
    }

    @Test
    void nothingIsPrefetchedWhereMemoryCannotBeRead() {
        law.look(MemoryState.UNKNOWN, now);
        assertThat(law.tryAcquire(load, 1, Placement.ANYWHERE, now)).isFalse();
        assertThat(law.isBlind()).isTrue();
        assertThat(law.isSinglePages(Placement.ANYWHERE)).isTrue();
    }

    @Test
    void roomIsWhatIsFreeAboveTheMarksLessTheMargin() {
        look(FLOOR + 10 * MIB);
        assertThat(acquire(11)).isFalse();
        assertThat(law.shortage()).isEqualTo(Shortage.MEMORY);
        assertThat(acquire(10)).isTrue();
        assertThat(acquire(1)).isFalse();
        assertThat(load.roomBytes()).isEqualTo(10 * MIB);
    }

    @Test
    void whatIsInFlightCountsAgainAtTheNextLook() {
        look(FLOOR + 100 * MIB);
        assertThat(acquire(60)).isTrue();
        look(FLOOR + 100 * MIB);
        assertThat(acquire(41)).isFalse();
        assertThat(acquire(40)).isTrue();
    }

    @Test
    void bytesThatDidNotLandAreRoomAgain() {
        look(FLOOR + 10 * MIB);
        assertThat(acquire(10)).isTrue();
        law.settle(load, 10 * MIB, 0, Placement.ANYWHERE);
        look(FLOOR + 10 * MIB);
        assertThat(acquire(10)).isTrue();
        assertThat(load.prefetchedBytes()).isZero();
        assertThat(load.roomBytes()).isEqualTo(10 * MIB);
    }

    @Test
    void roomIsRecycledBehindTheReader() {
        look(FLOOR + 10 * MIB);
        assertThat(acquire(10)).isTrue();
        law.settle(load, 10 * MIB, 10 * MIB, Placement.ANYWHERE);
        look(FLOOR);
        assertThat(acquire(1)).isFalse();
        law.released(load, 10 * MIB);
        look(FLOOR + 10 * MIB);
        assertThat(acquire(10)).isTrue();
        assertThat(load.roomBytes()).as("no more than before").isEqualTo(10 * MIB);
    }

    @Test
    void emptiedRoomNeedsASmallerMargin() {
        look(FLOOR + 10 * MIB);
        assertThat(acquire(10)).isTrue();
        law.settle(load, 10 * MIB, 10 * MIB, Placement.ANYWHERE);
        law.released(load, 5 * MIB);
        look(Margin.RECYCLED_BYTES + 5 * MIB);
        assertThat(acquire(6)).as("more than was emptied").isFalse();
        assertThat(acquire(5)).isTrue();
        assertThat(load.roomBytes()).isEqualTo(10 * MIB);
    }

    @Test
    void whatReadersBroughtInThemselvesIsRoomWhenItIsReleased() {
        look(FLOOR);
        assertThat(acquire(1)).isFalse();
        law.released(load, 50 * MIB);
        look(Margin.RECYCLED_BYTES + 50 * MIB);
        assertThat(acquire(50)).isTrue();
        assertThat(load.roomBytes()).isZero();
    }

    @Test
    void hugeWishesDoNotOverflow() {
        look(Long.MAX_VALUE / 2);
        assertThat(law.tryAcquire(load, Long.MAX_VALUE, Placement.ANYWHERE, now))
                .isFalse();
        assertThat(law.shortage()).isEqualTo(Shortage.IN_FLIGHT);
        assertThat(law.inFlightBytes()).isZero();
    }

    @Test
    void whatOthersTakeWidensTheMargin() {
        long free = 4096 * MIB;
        look(free);
        long before = law.marginBytes();
        for (int i = 0; i < 40; i++) {
            free -= 50 * MIB;
            look(free);
        }
        double expected = 50 * MIB / (LOOK / 1e9) * Margin.REACTION_SECONDS;
        assertThat(law.marginBytes() - before).isBetween((long) (expected * 0.9), (long) (expected * 1.1));
    }

    @Test
    void whatPrefetchTakesAndReleasesDoesNot() {
        long free = 4096 * MIB;
        for (int i = 0; i < 40; i++) {
            look(free);
            assertThat(acquire(50)).isTrue();
            law.settle(load, 50 * MIB, 50 * MIB, Placement.ANYWHERE);
            free -= 50 * MIB;
            if (i % 2 == 1) {
                law.released(load, 100 * MIB);
                free += 100 * MIB;
            }
        }
        look(free);
        assertThat(law.marginBytes()).isLessThan(FLOOR + 8 * MIB);
    }

    @Test
    void readersAreLeftWhatTheyReadUntilWeReact() {
        look(1000 * MIB);
        acquire(1);
        load.readsAt(2_000 * MIB);
        look(1000 * MIB);
        assertThat(law.marginBytes()).isEqualTo(FLOOR + (long) (2_000 * MIB * Margin.REACTION_SECONDS));
        law.close(load);
        look(1000 * MIB);
        assertThat(law.marginBytes()).isEqualTo(FLOOR);
    }

    @Test
    void reclaimDoublesTheMarginForTwoSecondsAndMakesPagesSingle() {
        look(state(1000 * MIB, 4096 * MIB, 10));
        assertThat(law.isSinglePages(Placement.ANYWHERE)).isFalse();
        look(state(1000 * MIB, 4096 * MIB, 11));
        assertThat(law.isUnrest()).isTrue();
        assertThat(law.marginBytes()).isEqualTo(2 * FLOOR);
        assertThat(law.isSinglePages(Placement.ANYWHERE)).isTrue();
        for (long waited = 0; waited <= RoomLaw.UNREST_NANOS; waited += LOOK) {
            look(state(1000 * MIB, 4096 * MIB, 11));
        }
        assertThat(law.isUnrest()).isFalse();
        assertThat(law.isSinglePages(Placement.ANYWHERE)).isFalse();
    }

    @Test
    void whatHappenedSinceALookLongAgoIsNoUnrest() {
        look(state(1000 * MIB, 4096 * MIB, 10));
        now += 3_600_000_000_000L;
        look(state(1000 * MIB, 4096 * MIB, 999_999));
        assertThat(law.isUnrest()).isFalse();
    }

    @Test
    void pagesAreSingleWhereBlocksAreScarceOrUnknown() {
        look(state(1000 * MIB, FolioOrder.SCARCE_BYTES, 0));
        assertThat(law.isSinglePages(Placement.ANYWHERE)).isTrue();
        look(state(1000 * MIB, FolioOrder.PLENTY_BYTES - MIB, 0));
        assertThat(law.isSinglePages(Placement.ANYWHERE)).as("not yet plenty").isTrue();
        look(state(1000 * MIB, FolioOrder.PLENTY_BYTES + 100 * MIB, 0));
        assertThat(law.isSinglePages(Placement.ANYWHERE)).isFalse();
        look(state(1000 * MIB, FolioOrder.SCARCE_BYTES + 100 * MIB, 0));
        assertThat(law.isSinglePages(Placement.ANYWHERE)).as("not yet scarce").isFalse();
        look(state(1000 * MIB, -1, 0));
        assertThat(law.isSinglePages(Placement.ANYWHERE)).isTrue();
    }

    @Test
    void ourOwnCgroupsLimitIsABudget() {
        MemoryState.Node node = new MemoryState.Node(0, 1000 * MIB, 1000 * MIB, 1000 * MIB);
        look(new MemoryState(List.of(node), 5 * MIB, 0, 0));
        assertThat(acquire(6)).isFalse();
        assertThat(law.shortage()).isEqualTo(Shortage.OWN_LIMIT);
        assertThat(acquire(5)).isTrue();
        assertThat(acquire(1)).isFalse();
    }

    @Test
    void aLoadThatStillAsksKeepsTheRoomItHasEmptied() {
        Ledger other = new Ledger();
        look(FLOOR + 10 * MIB);
        assertThat(acquire(10)).isTrue();
        law.settle(load, 10 * MIB, 10 * MIB, Placement.ANYWHERE);
        law.released(load, 10 * MIB);
        look(FLOOR + 10 * MIB);
        assertThat(law.tryAcquire(other, MIB, Placement.ANYWHERE, now)).isFalse();
        assertThat(law.shortage()).isEqualTo(Shortage.OTHER_LOADS);
        assertThat(acquire(10)).isTrue();
        law.settle(load, 10 * MIB, 0, Placement.ANYWHERE);
        now += 3 * LOOK;
        look(FLOOR + 10 * MIB);
        assertThat(law.tryAcquire(other, 10 * MIB, Placement.ANYWHERE, now))
                .as("it asks no more")
                .isTrue();
    }

    @Test
    void aClosedLoadAcquiresNothingButItsChunksSettle() {
        look(1000 * MIB);
        assertThat(acquire(10)).isTrue();
        law.close(load);
        assertThat(acquire(1)).isFalse();
        law.settle(load, 10 * MIB, 10 * MIB, Placement.ANYWHERE);
        assertThat(law.inFlightBytes()).isZero();
    }

    @Test
    void eachNodeHasItsOwnRoom() {
        lookAtNodes(FLOOR + 100 * MIB, FLOOR + 20 * MIB);
        assertThat(law.tryAcquire(load, 30 * MIB, on(1), now)).isFalse();
        assertThat(law.tryAcquire(load, 20 * MIB, on(1), now)).isTrue();
        assertThat(law.tryAcquire(load, MIB, on(1), now)).isFalse();
        assertThat(law.tryAcquire(load, 100 * MIB, on(0), now)).isTrue();
        law.settle(load, 20 * MIB, 0, on(1));
        law.settle(load, 100 * MIB, 0, on(0));
        lookAtNodes(FLOOR + 100 * MIB, FLOOR + 20 * MIB);
        assertThat(law.tryAcquire(load, 20 * MIB, on(1), now)).isTrue();
    }

    @Test
    void interleavedPagesNeedRoomOnEachNode() {
        BitSet both = new BitSet();
        both.set(0, 2);
        lookAtNodes(FLOOR + 100 * MIB, FLOOR + 20 * MIB);
        assertThat(law.tryAcquire(load, 41 * MIB, Placement.spread(both), now)).isFalse();
        assertThat(law.tryAcquire(load, 40 * MIB, Placement.spread(both), now)).isTrue();
        assertThat(law.roomBytes(on(0))).isEqualTo(80 * MIB);
    }

    @Test
    void aNodeThatGoesOfflineWithBytesInFlightLeavesNoDebt() {
        lookAtNodes(FLOOR + 100 * MIB, FLOOR + 100 * MIB);
        assertThat(law.tryAcquire(load, 50 * MIB, on(1), now)).isTrue();
        lookAtNodes(FLOOR + 100 * MIB);
        assertThat(law.roomBytes(on(0))).as("it may lie anywhere now").isEqualTo(50 * MIB);
        law.settle(load, 50 * MIB, 50 * MIB, on(1));
        lookAtNodes(FLOOR + 100 * MIB, FLOOR + 100 * MIB);
        assertThat(law.roomBytes(on(0))).isEqualTo(100 * MIB);
        assertThat(law.roomBytes(on(1))).isEqualTo(100 * MIB);
    }

    private static Placement on(int node) {
        return Placement.on(node, new BitSet());
    }

    private boolean acquire(long mebibytes) {
        return law.tryAcquire(load, mebibytes * MIB, Placement.ANYWHERE, now);
    }

    private void look(long aboveMarks) {
        look(state(aboveMarks, 4096 * MIB, 0));
    }

    private void look(MemoryState state) {
        now += LOOK;
        law.look(state, now);
    }

    private void lookAtNodes(long... aboveMarks) {
        now += LOOK;
        MemoryState.Node[] nodes = new MemoryState.Node[aboveMarks.length];
        for (int i = 0; i < nodes.length; i++) {
            // as much free as ever, so that the margin stays
            nodes[i] = new MemoryState.Node(i, 2000 * MIB / nodes.length, aboveMarks[i], 4096 * MIB);
        }
        law.look(new MemoryState(List.of(nodes), Long.MAX_VALUE, 0, 0), now);
    }

    private static MemoryState state(long aboveMarks, long blocks, long reclaimEvents) {
        MemoryState.Node node = new MemoryState.Node(0, aboveMarks, aboveMarks, blocks);
        return new MemoryState(List.of(node), Long.MAX_VALUE, reclaimEvents, 0);
    }
}
