package dev.nowake.agent.execute;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;
import static org.assertj.core.api.Assertions.within;

import dev.nowake.kernel.OpenFile;
import dev.nowake.kernel.fake.FakeHandle;
import dev.nowake.kernel.fake.FakeKernel;
import dev.nowake.kernel.fake.FakeMapping;
import dev.nowake.model.FileId;
import dev.nowake.model.RangeSet;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EvictorTest {
    private static final long MIB = 1L << 20;
    private static final long SIZE = 16 * MIB + 100;

    private final FakeKernel kernel = new FakeKernel();
    private final AtomicInteger scans = new AtomicInteger();
    private boolean mapped;
    private Evictor evictor;
    private Path path;
    private OpenFile file;
    private FileId id;

    @BeforeEach
    void aResidentFile() throws Exception {
        path = kernel.addFile("/m/a", SIZE);
        kernel.makeResident(path, 0, SIZE);
        file = kernel.files().open(path);
        id = PrefetcherPropertyTest.id(kernel, file);
        evictor = new Evictor(kernel, each -> {
            scans.incrementAndGet();
            return mapped;
        });
    }

    @AfterEach
    void nothingLeaks() {
        file.close();
        assertThat(kernel.openDescriptors()).isLessThanOrEqualTo(1);
    }

    @Test
    void aWholeFileGoesInOneStepWithoutAskingWhoMapsIt() throws Exception {
        EvictAttempt attempt = evictor.begin(file, id, RangeSet.between(0, Long.MAX_VALUE), 0);
        assertThat(kernel.residentBytes(path))
                .as("nothing before the first step")
                .isEqualTo(SIZE);
        assertThat(attempt.step(0)).isEqualTo(EvictAttempt.DONE);
        EvictOutcome outcome = attempt.outcome();
        assertThat(outcome.evictedBytes()).isEqualTo(SIZE);
        assertThat(outcome.residentBytes()).isZero();
        assertThat(outcome.isComplete()).isTrue();
        assertThat(scans).hasValue(0);
    }

    @Test
    void nothingResidentIsNothingToDo() throws Exception {
        kernel.dropPages(path);
        EvictAttempt attempt = evictor.begin(file, id, RangeSet.between(0, SIZE), 0);
        assertThat(attempt.step(0)).isEqualTo(EvictAttempt.DONE);
        assertThat(attempt.outcome().evictedBytes()).isZero();
        assertThat(kernel.script().count("posix_fadvise")).isZero();
    }

    @Test
    void foliosOverARangesEdgeStayAndAreNoRefusal() throws Exception {
        EvictOutcome outcome = evictor.evict(file, id, RangeSet.between(3 * MIB, 9 * MIB), 0);
        assertThat(outcome.isComplete()).isTrue();
        assertThat(outcome.edgeBytes()).isEqualTo(outcome.residentBytes()).isEqualTo(2 * MIB);
        assertThat(outcome.evictedBytes()).isEqualTo(4 * MIB);
        assertThat(kernel.residentBytes(path)).isCloseTo(SIZE - 4 * MIB, within(4096L));
    }

    @Test
    void neverOutsideTheRanges() throws Exception {
        evictor.evict(file, id, RangeSet.between(4 * MIB, 8 * MIB).union(RangeSet.between(12 * MIB, SIZE)), 0);
        assertThat(kernel.pageCache().residency(file, 0, 4 * MIB).residentBytes())
                .isEqualTo(4 * MIB);
        assertThat(kernel.pageCache().residency(file, 8 * MIB, 4 * MIB).residentBytes())
                .isEqualTo(4 * MIB);
        assertThat(kernel.residentBytes(path)).isEqualTo(8 * MIB);
    }

    @Test
    void mappedPagesAreSaidToBeMappedAndNotTriedForever() throws Exception {
        try (FakeHandle handle = kernel.process(42).open(path)) {
            FakeMapping mapping = handle.map(0, SIZE);
            mapping.touch(0, 2 * MIB);
            mapped = true;
            EvictAttempt attempt = evictor.begin(file, id, RangeSet.between(0, SIZE), Long.MAX_VALUE - 1);
            long next = attempt.step(0);
            assertThat(next).as("a held page may be free in a moment").isBetween(1L, 1_000_000_000L);
            assertThat(attempt.step(next)).isEqualTo(EvictAttempt.DONE);
            EvictOutcome outcome = attempt.outcome();
            assertThat(outcome.refused()).containsOnlyKeys(Refusal.MAPPED);
            assertThat(outcome.refused().get(Refusal.MAPPED)).isEqualTo(outcome.residentBytes());
            assertThat(outcome.evictedBytes() + outcome.residentBytes()).isEqualTo(SIZE);
        }
    }

    @Test
    void dirtyPagesGoAtTheSecondTry() throws Exception {
        kernel.makeDirty(path, 0, 4 * MIB);
        EvictAttempt attempt = evictor.begin(file, id, RangeSet.between(0, SIZE), 1_000_000_000L);
        long next = attempt.step(0);
        assertThat(next).isLessThan(EvictAttempt.DONE);
        assertThat(attempt.outcome().refused()).containsExactly(entry(Refusal.DIRTY, 4 * MIB));
        int steps = 0;
        while (next != EvictAttempt.DONE) {
            next = attempt.step(next);
            assertThat(++steps).isLessThan(20);
        }
        assertThat(attempt.outcome().isComplete()).isTrue();
        assertThat(attempt.outcome().evictedBytes()).isEqualTo(SIZE);
        assertThat(scans).as("dirty pages need no scan").hasValue(0);
    }

    @Test
    void pagesThatStayForNoReasonSeenAreBusyUntilTheDeadline() throws Exception {
        try (FakeHandle handle = kernel.process(42).open(path)) {
            handle.map(0, SIZE).touch(0, SIZE);
            EvictAttempt attempt = evictor.begin(file, id, RangeSet.between(0, SIZE), 3_000_000_000L);
            long now = 0;
            long last = 0;
            int steps = 0;
            while (now != EvictAttempt.DONE) {
                last = now;
                now = attempt.step(now);
                steps++;
            }
            assertThat(last).as("the last try is at the deadline").isEqualTo(3_000_000_000L);
            assertThat(steps).as("pauses grow").isBetween(5, 15);
            assertThat(attempt.outcome().refused()).containsExactly(entry(Refusal.BUSY, SIZE));
        }
    }

    @Test
    void unknownResidencyIsTriedBlindly() throws Exception {
        kernel.hideResidency(path);
        EvictOutcome outcome = evictor.evict(file, id, RangeSet.between(0, SIZE), 0);
        assertThat(outcome.residentBytes()).isEqualTo(-1);
        assertThat(kernel.residentBytes(path)).isZero();
    }

    @Test
    void anEmptyFile() throws Exception {
        Path empty = kernel.addFile("/m/empty", 0);
        try (OpenFile open = kernel.files().open(empty)) {
            EvictOutcome outcome = evictor.evict(
                    open, PrefetcherPropertyTest.id(kernel, open), RangeSet.between(0, Long.MAX_VALUE), 0);
            assertThat(outcome.isComplete()).isTrue();
            assertThat(outcome.evictedBytes()).isZero();
        }
    }
}
