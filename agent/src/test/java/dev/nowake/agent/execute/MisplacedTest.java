package dev.nowake.agent.execute;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.kernel.Errno;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.OpenFile;
import dev.nowake.kernel.ThreadPlacement.Memory;
import dev.nowake.kernel.fake.FakeKernel;
import dev.nowake.kernel.fake.FakeMount;
import dev.nowake.kernel.fake.FakeReader;
import dev.nowake.model.RangeSet;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two nodes of four CPUs; a file of 64 MiB, most of it resident on node 0 before. */
@Timeout(20)
class MisplacedTest {
    private static final long MIB = 1L << 20;
    private static final RangeSet ALL = RangeSet.between(0, 64 * MIB);

    private final FakeKernel kernel = new FakeKernel().nodes(2, 4);
    private Path path;

    @BeforeEach
    void resident() throws Exception {
        kernel.mount(FakeMount.ext4("/m", 1)); // with large folios, and a window of what traits() says
        path = kernel.addFile("/m/a", 64 * MIB);
        read(set(0), 0, 48 * MIB);
        read(set(1), 48 * MIB, 8 * MIB);
    }

    private static BitSet set(int... bits) {
        BitSet set = new BitSet();
        Arrays.stream(bits).forEach(set::set);
        return set;
    }

    private void read(BitSet nodes, long offset, long length) throws KernelException {
        kernel.placement().allocateFrom(nodes.cardinality() > 1 ? Memory.INTERLEAVE : Memory.BIND, nodes);
        try (OpenFile file = kernel.files().open(path)) {
            for (long at = offset; at < offset + length; at += MIB / 8) {
                kernel.pageCache().readahead(file, at, MIB / 8); // single pages, and no more than the window at a time
            }
        }
    }

    /** Of 1024 pages at even places, how many lie on node 1. */
    private long onNode1() throws KernelException {
        long[] offsets = new long[1024];
        for (int i = 0; i < offsets.length; i++) {
            offsets[i] = i * (64 * MIB / offsets.length) + (i % 2) * 4096L;
        }
        try (OpenFile file = kernel.files().open(path)) {
            return Arrays.stream(kernel.pageCache().nodes(file, offsets))
                    .filter(node -> node == 1)
                    .count();
        }
    }

    private PrefetchOutcome fetch(Placement placement, RangeSet movable) throws Exception {
        MountTraits traits = new MountTraits(1, "ext4", 8 * MIB, false, Mechanism.SENDFILE, 2, 8 * MIB);
        try (Prefetcher prefetcher = new Prefetcher(kernel, 2);
                OpenFile file = kernel.files().open(path)) {
            PrefetchJob job = prefetcher.start(traits, new InFlightBudget(64 * MIB), PrefetchListener.NONE);
            job.add(file, PrefetcherPropertyTest.id(kernel, file), ALL, placement, movable);
            job.finish();
            return job.completion().get(10, SECONDS);
        }
    }

    @Test
    void whatMayNotBeMovedStaysAndTheRestIsFetchedToItsNode() throws Exception {
        PrefetchOutcome outcome = fetch(Placement.on(1, set(4, 5)), RangeSet.EMPTY);
        assertThat(outcome.requestedBytes()).isEqualTo(8 * MIB);
        assertThat(outcome.movedBytes()).isZero();
        assertThat(onNode1()).isEqualTo(1024 / 4);
    }

    @Test
    void pagesOnAnotherNodeAreReadAgain() throws Exception {
        PrefetchOutcome outcome = fetch(Placement.on(1, set(4, 5)), ALL);
        assertThat(outcome.movedBytes()).isEqualTo(48 * MIB);
        assertThat(outcome.immovableBytes()).isZero();
        assertThat(outcome.landedBytes()).isEqualTo(56 * MIB);
        assertThat(onNode1()).isEqualTo(1024);
    }

    @Test
    void onlyTheGivenRangesAreLookedAt() throws Exception {
        PrefetchOutcome outcome = fetch(Placement.on(1, set(4, 5)), RangeSet.between(0, 16 * MIB));
        assertThat(outcome.movedBytes()).isEqualTo(16 * MIB);
        assertThat(onNode1()).isEqualTo(1024 / 2);
    }

    @Test
    void mappedPagesStay() throws Exception {
        FakeReader reader = kernel.process(77);
        reader.open(path).map(0, 4 * MIB).touch(0, 4 * MIB);
        PrefetchOutcome outcome = fetch(Placement.on(1, set(4, 5)), ALL);
        assertThat(outcome.movedBytes()).isEqualTo(44 * MIB);
        assertThat(outcome.immovableBytes()).isEqualTo(4 * MIB);
        reader.exit();
    }

    @Test
    void dirtyPagesAreNotWrittenBackForIt() throws Exception {
        kernel.makeDirty(path, 10 * MIB, 4096);
        PrefetchOutcome outcome = fetch(Placement.on(1, set(4, 5)), ALL);
        assertThat(outcome.movedBytes()).isEqualTo(46 * MIB);
        assertThat(outcome.immovableBytes()).isEqualTo(2 * MIB);
        try (OpenFile file = kernel.files().open(path)) {
            assertThat(kernel.pageCache().residency(file, 0, 64 * MIB).dirtyBytes())
                    .isEqualTo(4096);
        }
    }

    @Test
    void pagesThatAreToBeSpreadAreJudgedTogether() throws Exception {
        assertThat(fetch(Placement.spread(set(0, 1)), ALL).movedBytes()).isEqualTo(56 * MIB);
        assertThat(onNode1()).isBetween(492L, 532L);
        assertThat(fetch(Placement.spread(set(0, 1)), ALL).movedBytes()).isZero();
    }

    @Test
    void whereNobodyMayKnowWherePagesLieTheyStayAndTheRestComes() throws Exception {
        kernel.script().failAt("move_pages", path, Errno.EPERM);
        PrefetchOutcome outcome = fetch(Placement.on(1, set(4, 5)), ALL);
        assertThat(outcome.movedBytes()).isZero();
        assertThat(outcome.errors()).isEmpty();
        assertThat(outcome.landedBytes()).isEqualTo(8 * MIB);
    }

    @Test
    void wherePagesMayLieAnywhereNoneIsMisplaced() throws Exception {
        assertThat(fetch(Placement.ANYWHERE, ALL).movedBytes()).isZero();
        assertThat(kernel.script().calls().stream().anyMatch(call -> call.name().equals("move_pages")))
                .isFalse();
    }
}
