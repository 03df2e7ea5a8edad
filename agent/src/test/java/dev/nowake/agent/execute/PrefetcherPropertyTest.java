package dev.nowake.agent.execute;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.kernel.Errno;
import dev.nowake.kernel.Extent;
import dev.nowake.kernel.FileStatus;
import dev.nowake.kernel.OpenFile;
import dev.nowake.kernel.fake.FakeContent;
import dev.nowake.kernel.fake.FakeKernel;
import dev.nowake.kernel.fake.Script;
import dev.nowake.model.ByteRange;
import dev.nowake.model.FileId;
import dev.nowake.model.RangeSet;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Whatever is asked of whichever mount, the books balance and the bounds hold. */
class PrefetcherPropertyTest {
    private static final long MIB = 1L << 20;
    private static final long FILE_BYTES = 96 * MIB + 1234;

    record Case(Mechanism mechanism, int streams, long chunkBytes, long budgetBytes, List<ByteRange> ranges) {}

    @Provide
    Arbitrary<Case> cases() {
        Arbitrary<ByteRange> ranges = Combinators.combine(
                        Arbitraries.longs().between(0, FILE_BYTES + MIB),
                        Arbitraries.longs().between(1, 40 * MIB))
                .as(ByteRange::ofLength);
        return Combinators.combine(
                        Arbitraries.of(Mechanism.class),
                        Arbitraries.integers().between(1, 9),
                        Arbitraries.<Long>of(MIB, 8 * MIB, 16 * MIB),
                        Arbitraries.<Long>of(4096L * 17, MIB, 20 * MIB, 1024 * MIB),
                        ranges.list().ofMinSize(1).ofMaxSize(4))
                .as(Case::new);
    }

    @Property(tries = 600)
    void requestedIsLandedAndMissedWithinTheRangesAndTheBudget(
            @ForAll("cases") Case given, @ForAll boolean sparse, @ForAll boolean failing) throws Exception {
        List<Extent> data = sparse
                ? List.of(
                        new Extent(MIB, 10 * MIB),
                        new Extent(50 * MIB, 4096),
                        new Extent(70 * MIB, FILE_BYTES - 70 * MIB))
                : List.of(new Extent(0, FILE_BYTES));
        FakeKernel kernel = new FakeKernel();
        Path path = kernel.addFile("/m/a.bin", FakeContent.sparse(FILE_BYTES, data));
        kernel.makeResident(path, 3 * MIB, 5 * MIB);
        if (failing) {
            List.of("sendfile", "madvise", "pread", "readahead")
                    .forEach(call -> kernel.script().failNth(call, 2, Errno.EIO));
        }
        CountingBudget budget = new CountingBudget(given.budgetBytes());
        RangeSet ranges = RangeSet.ofAll(given.ranges());
        RangeSet expected = within(ranges, data);
        PrefetchOutcome outcome = prefetch(kernel, path, given, budget, ranges);

        assertThat(outcome.files()).hasSize(1);
        FileOutcome file = outcome.files().getFirst();
        assertThat(file.landedBytes()).isBetween(0L, file.requestedBytes());
        assertThat(file.requestedBytes() + file.alreadyResidentBytes())
                .as("every byte with data is counted once")
                .isEqualTo(expected.bytes());
        if (file.errors().isEmpty()) {
            assertThat(file.missedBytes()).isZero();
            assertThat(residentIn(kernel, path, expected)).isEqualTo(expected.bytes());
        }
        assertThat(budget.most.get()).isLessThanOrEqualTo(given.budgetBytes());
        assertThat(budget.inFlight.get()).as("all room given back").isZero();
        assertCallsWithin(kernel, pageAligned(expected));
    }

    @Property(tries = 40)
    void cancelAlwaysEnds(@ForAll("cases") Case given) throws Exception {
        FakeKernel kernel = new FakeKernel();
        Path path = kernel.addFile("/m/a.bin", FILE_BYTES);
        CountingBudget budget = new CountingBudget(given.budgetBytes());
        try (Prefetcher prefetcher = new Prefetcher(kernel, 9);
                OpenFile file = kernel.files().open(path)) {
            PrefetchJob job = prefetcher.start(traits(given), budget, PrefetchListener.NONE);
            job.add(file, id(kernel, file), RangeSet.ofAll(given.ranges()));
            assertThat(job.cancel()).isTrue();
            PrefetchOutcome outcome = job.completion().get(5, SECONDS);
            assertThat(outcome.cancelled()).isTrue();
            assertThat(outcome.landedBytes()).isBetween(0L, outcome.requestedBytes());
            long calls = kernel.script().calls().size();
            job.add(file, id(kernel, file), RangeSet.between(0, FILE_BYTES));
            assertThat(job.cancel()).isTrue();
            assertThat(kernel.script().calls()).as("nothing more after cancel").hasSize((int) calls + 1);
            assertThat(budget.inFlight.get()).isZero();
        }
    }

    private static PrefetchOutcome prefetch(
            FakeKernel kernel, Path path, Case given, ByteBudget budget, RangeSet ranges) throws Exception {
        try (Prefetcher prefetcher = new Prefetcher(kernel, 9);
                OpenFile file = kernel.files().open(path)) {
            PrefetchJob job = prefetcher.start(traits(given), budget, PrefetchListener.NONE);
            job.add(file, id(kernel, file), ranges);
            job.finish();
            return job.completion().get(20, SECONDS);
        }
    }

    private static MountTraits traits(Case given) {
        return new MountTraits(1, "ext4", 8 * MIB, false, given.mechanism(), given.streams(), given.chunkBytes());
    }

    static FileId id(FakeKernel kernel, OpenFile file) throws Exception {
        FileStatus status = kernel.files().status(file);
        return new FileId(status.device(), status.inode());
    }

    private static RangeSet within(RangeSet ranges, List<Extent> data) {
        RangeSet all = RangeSet.EMPTY;
        for (Extent extent : data) {
            all = all.union(ranges.within(extent.offsetBytes(), extent.endBytes()));
        }
        return all;
    }

    private static long residentIn(FakeKernel kernel, Path path, RangeSet ranges) throws Exception {
        long resident = 0;
        try (OpenFile file = kernel.files().open(path)) {
            for (ByteRange range : ranges.ranges()) {
                resident += kernel.pageCache()
                        .residency(file, range.start(), range.lengthBytes())
                        .residentBytes();
            }
        }
        return resident;
    }

    private static RangeSet pageAligned(RangeSet ranges) {
        List<ByteRange> aligned = new ArrayList<>();
        for (ByteRange range : ranges.ranges()) {
            aligned.add(new ByteRange(range.start() & -4096L, (range.end() + 4095) & -4096L));
        }
        return RangeSet.ofAll(aligned);
    }

    private static void assertCallsWithin(FakeKernel kernel, RangeSet allowed) {
        for (Script.Call call : kernel.script().calls()) {
            boolean moves = List.of("sendfile", "madvise", "pread", "readahead").contains(call.name());
            if (moves && call.lengthBytes() > 0) {
                RangeSet asked = RangeSet.between(call.offsetBytes(), call.offsetBytes() + call.lengthBytes());
                assertThat(asked.minus(allowed).isEmpty()).as("%s", call).isTrue();
            }
        }
    }

    /** An in-flight budget that remembers its highest level. */
    static final class CountingBudget implements ByteBudget {
        final AtomicLong inFlight = new AtomicLong();
        final AtomicLong most = new AtomicLong();
        private final InFlightBudget real;

        CountingBudget(long limitBytes) {
            real = new InFlightBudget(limitBytes);
        }

        @Override
        public boolean tryAcquire(long bytes, Placement placement) {
            boolean acquired = real.tryAcquire(bytes, placement);
            if (acquired) {
                long now = inFlight.addAndGet(bytes);
                most.accumulateAndGet(now, Math::max);
            }
            return acquired;
        }

        @Override
        public void settle(long acquiredBytes, long landedBytes, Placement placement) {
            inFlight.addAndGet(-acquiredBytes);
            real.settle(acquiredBytes, landedBytes, placement);
        }

        @Override
        public void awaitRoom(long bytes, Placement placement, long nanos) throws InterruptedException {
            real.awaitRoom(bytes, placement, nanos);
        }

        @Override
        public long largestAcquisitionBytes() {
            return real.largestAcquisitionBytes();
        }
    }
}
