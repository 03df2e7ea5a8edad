package dev.nowake.agent.execute;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.nowake.kernel.Errno;
import dev.nowake.kernel.Extent;
import dev.nowake.kernel.OpenFile;
import dev.nowake.kernel.fake.FakeContent;
import dev.nowake.kernel.fake.FakeKernel;
import dev.nowake.kernel.fake.FakeMount;
import dev.nowake.kernel.fake.Script;
import dev.nowake.model.ByteRange;
import dev.nowake.model.FileId;
import dev.nowake.model.RangeSet;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(20)
class PrefetcherTest {
    private static final long MIB = 1L << 20;

    private final FakeKernel kernel = new FakeKernel();
    private final Prefetcher prefetcher = new Prefetcher(kernel, 64);
    private final List<OpenFile> opened = new ArrayList<>();

    @AfterEach
    void nothingLeaks() {
        prefetcher.close();
        opened.forEach(OpenFile::close);
        assertThat(kernel.openDescriptors()).isZero();
        await().atMost(Duration.ofSeconds(2)).until(() -> streamThreads() == 0);
    }

    private static long streamThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("nowake-io-"))
                .count();
    }

    private static MountTraits traits(Mechanism mechanism, int streams) {
        return new MountTraits(1, "ext4", 8 * MIB, false, mechanism, streams, 8 * MIB);
    }

    private OpenFile open(Path path) throws Exception {
        OpenFile file = kernel.files().open(path);
        opened.add(file);
        return file;
    }

    private FileId id(OpenFile file) throws Exception {
        return PrefetcherPropertyTest.id(kernel, file);
    }

    private PrefetchOutcome whole(MountTraits traits, PrefetchListener listener, Path... paths) throws Exception {
        PrefetchJob job = prefetcher.start(traits, new InFlightBudget(64 * MIB), listener);
        for (Path path : paths) {
            OpenFile file = open(path);
            job.add(file, id(file), RangeSet.between(0, Long.MAX_VALUE));
        }
        job.finish();
        return job.completion().get(10, SECONDS);
    }

    @ParameterizedTest
    @EnumSource(Mechanism.class)
    void everyMechanismLandsEverything(Mechanism mechanism) throws Exception {
        Path path = kernel.addFile("/m/a", 50 * MIB + 7);
        PrefetchOutcome outcome = whole(traits(mechanism, 3), PrefetchListener.NONE, path);
        assertThat(outcome.requestedBytes()).isEqualTo(50 * MIB + 7);
        assertThat(outcome.landedBytes()).isEqualTo(50 * MIB + 7);
        assertThat(outcome.mechanism()).isEqualTo(mechanism);
        assertThat(outcome.elapsedNanos()).isPositive();
        assertThat(kernel.residentBytes(path)).isEqualTo(50 * MIB + 7);
    }

    @Test
    void whatIsWithdrawnIsNotFetchedUntilItIsAddedAgain() throws Exception {
        Path path = kernel.addFile("/m/a", 64 * MIB);
        InFlightBudget budget = new InFlightBudget(8 * MIB);
        assertThat(budget.tryAcquire(8 * MIB, Placement.ANYWHERE)).isTrue();
        OpenFile file = open(path);
        PrefetchJob job = prefetcher.start(traits(Mechanism.SENDFILE, 2), budget, PrefetchListener.NONE);
        job.withdraw(id(file), RangeSet.between(0, 64 * MIB)); // nothing of it was added yet
        job.add(file, id(file), RangeSet.between(0, 64 * MIB));
        job.withdraw(id(file), RangeSet.between(0, 40 * MIB));
        budget.settle(8 * MIB, 0, Placement.ANYWHERE);
        await().atMost(Duration.ofSeconds(5)).until(() -> kernel.residentBytes(path) == 24 * MIB);
        job.add(file, id(file), RangeSet.between(8 * MIB, 16 * MIB));
        await().atMost(Duration.ofSeconds(5)).until(() -> kernel.residentBytes(path) == 32 * MIB);
        job.finish();
        PrefetchOutcome outcome = job.completion().get(10, SECONDS);
        assertThat(outcome.requestedBytes()).isEqualTo(32 * MIB);
        assertThat(outcome.landedBytes()).isEqualTo(32 * MIB);
    }

    @Test
    void aDescriptorForEachStreamIsOpenedOnlyWhileItsFileIsUnderWay() throws Exception {
        Path first = kernel.addFile("/m/a", 50 * MIB + 7);
        Path second = kernel.addFile("/m/b", 20 * MIB);
        MountTraits traits = MountTraits.of(1, "ext4", 8 * MIB).withDescriptorPerStream();
        AtomicInteger most = new AtomicInteger();
        PrefetchListener looking = new PrefetchListener() {
            @Override
            public void chunkDone(FileId file, ByteRange range, long landedBytes) {
                most.accumulateAndGet(kernel.openDescriptors(), Math::max);
            }
        };
        PrefetchOutcome outcome = whole(traits, looking, first, second);
        assertThat(outcome.landedBytes()).isEqualTo(70 * MIB + 7);
        assertThat(most.get()).isBetween(3, 2 * traits.descriptors());
        assertThat(kernel.openDescriptors()).isEqualTo(2);
    }

    @Test
    void whereNoFurtherDescriptorIsFreeTheFilesOwnServes() throws Exception {
        Path path = kernel.addFile("/m/a", 50 * MIB);
        kernel.descriptorLimit(1);
        PrefetchOutcome outcome =
                whole(MountTraits.of(1, "ext4", 8 * MIB).withDescriptorPerStream(), PrefetchListener.NONE, path);
        assertThat(outcome.landedBytes()).isEqualTo(50 * MIB);
    }

    @Test
    void oneStreamFetchesInTheOrderAddedFirstChunkSmall() throws Exception {
        Path second = kernel.addFile("/m/b", 20 * MIB);
        Path first = kernel.addFile("/m/a", 20 * MIB);
        whole(traits(Mechanism.SENDFILE, 1), PrefetchListener.NONE, second, first);
        List<Script.Call> calls = kernel.script().calls().stream()
                .filter(call -> call.name().equals("sendfile"))
                .toList();
        assertThat(calls.stream().map(Script.Call::path).distinct()).containsExactly(second, first);
        assertThat(calls.stream().filter(call -> call.path().equals(second)))
                .isSortedAccordingTo((a, b) -> Long.compare(a.offsetBytes(), b.offsetBytes()));
        assertThat(calls.getFirst().lengthBytes()).isEqualTo(2 * MIB);
    }

    @Test
    void residentBytesAreNotAskedForAgain() throws Exception {
        Path path = kernel.addFile("/m/a", 40 * MIB);
        kernel.makeResident(path, 0, 40 * MIB);
        PrefetchOutcome outcome = whole(traits(Mechanism.SENDFILE, 1), PrefetchListener.NONE, path);
        assertThat(outcome.requestedBytes()).isZero();
        assertThat(outcome.landedBytes()).isZero();
        assertThat(outcome.alreadyResidentBytes()).isEqualTo(40 * MIB);
        assertThat(outcome.elapsedNanos()).isZero();
        assertThat(kernel.script().count("sendfile")).isZero();
    }

    @Test
    void hugeHolesCostNothing() throws Exception {
        long size = 4L << 40;
        Path path = kernel.addFile(
                "/m/a", FakeContent.sparse(size, List.of(new Extent(0, MIB), new Extent(3L << 40, 3 * MIB))));
        PrefetchOutcome outcome = whole(traits(Mechanism.SENDFILE, 2), PrefetchListener.NONE, path);
        assertThat(outcome.requestedBytes()).isEqualTo(4 * MIB);
        assertThat(outcome.landedBytes()).isEqualTo(4 * MIB);
        assertThat(kernel.script().calls()).hasSizeLessThan(1000);
    }

    @Test
    void emptyFile() throws Exception {
        PrefetchOutcome outcome =
                whole(traits(Mechanism.SENDFILE, 1), PrefetchListener.NONE, kernel.addFile("/m/a", 0));
        assertThat(outcome.requestedBytes()).isZero();
        assertThat(outcome.files()).hasSize(1);
    }

    private static String callOf(Mechanism mechanism) {
        return switch (mechanism) {
            case POPULATE -> "madvise";
            case SENDFILE -> "sendfile";
            case READAHEAD -> "readahead";
            case READ_THROUGH -> "pread";
        };
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @ParameterizedTest
    @EnumSource(Mechanism.class)
    void aFailedChunkIsCountedAndTheRestGoesOn(Mechanism mechanism) throws Exception {
        Path path = kernel.addFile("/m/a", 40 * MIB);
        kernel.script().failNth(callOf(mechanism), 2, Errno.EIO);
        List<Errno> told = new CopyOnWriteArrayList<>();
        PrefetchOutcome outcome = whole(
                traits(mechanism, 1),
                new PrefetchListener() {
                    @Override
                    public void chunkFailed(FileId file, ByteRange range, Errno errno) {
                        told.add(errno);
                    }
                },
                path);
        assertThat(outcome.errors()).containsExactly(java.util.Map.entry(Errno.EIO, 1));
        assertThat(told).containsExactly(Errno.EIO);
        assertThat(outcome.landedBytes()).isBetween(24 * MIB, 40 * MIB - 1);
        assertThat(outcome.requestedBytes()).isEqualTo(40 * MIB);
    }

    @Test
    void aDyingDiskIsLeftAloneAfterFourFailures() throws Exception {
        Path path = kernel.addFile("/m/a", 2000 * MIB);
        Path healthy = kernel.addFile("/m/b", 10 * MIB);
        kernel.script().failAt("sendfile", path, Errno.EIO);
        PrefetchOutcome outcome = whole(traits(Mechanism.SENDFILE, 1), PrefetchListener.NONE, path, healthy);
        assertThat(outcome.errors()).containsExactly(java.util.Map.entry(Errno.EIO, 4));
        assertThat(outcome.requestedBytes())
                .as("what was given up counts as asked for")
                .isEqualTo(2010 * MIB);
        assertThat(outcome.landedBytes()).isEqualTo(10 * MIB);
    }

    @Test
    void anUnmappableFileIsRead() throws Exception {
        Path path = kernel.addFile("/m/a", 10 * MIB);
        kernel.script().fail("madvise", Errno.ENODEV);
        PrefetchOutcome outcome = whole(traits(Mechanism.POPULATE, 1), PrefetchListener.NONE, path);
        assertThat(outcome.landedBytes()).isEqualTo(10 * MIB);
        assertThat(outcome.errors()).isEmpty();
    }

    @Test
    void memoryThatIsNotThereIsCounted() throws Exception {
        Path path = kernel.addFile("/m/a", 10 * MIB);
        kernel.script().fail("madvise", Errno.ENOMEM);
        PrefetchOutcome outcome = whole(traits(Mechanism.POPULATE, 1), PrefetchListener.NONE, path);
        assertThat(outcome.errors()).containsKey(Errno.ENOMEM);
        assertThat(outcome.landedBytes()).isZero();
    }

    @ParameterizedTest
    @EnumSource(Mechanism.class)
    void aFileThatShrinksIsNoError(Mechanism mechanism) throws Exception {
        Path path = kernel.addFile("/m/a", 64 * MIB);
        AtomicInteger chunks = new AtomicInteger();
        PrefetchOutcome outcome = whole(
                traits(mechanism, 1),
                new PrefetchListener() {
                    @Override
                    public void chunkDone(FileId file, ByteRange range, long landed) {
                        if (chunks.incrementAndGet() == 2) {
                            kernel.truncate(path, 3 * MIB);
                        }
                    }
                },
                path);
        FileOutcome file = outcome.files().getFirst();
        assertThat(file.truncated()).isTrue();
        assertThat(file.missedBytes()).isPositive();
        assertThat(file.requestedBytes()).isEqualTo(64 * MIB);
    }

    @Test
    void aDeletedFileIsStillFetched() throws Exception {
        Path path = kernel.addFile("/m/a", 10 * MIB);
        OpenFile file = open(path);
        kernel.delete(path, 7);
        PrefetchJob job =
                prefetcher.start(traits(Mechanism.SENDFILE, 1), new InFlightBudget(64 * MIB), PrefetchListener.NONE);
        job.add(file, id(file), RangeSet.between(0, 10 * MIB));
        job.finish();
        assertThat(job.completion().get(5, SECONDS).landedBytes()).isEqualTo(10 * MIB);
    }

    @Test
    void aClosedDescriptorIsAnErrorOfThatFileAlone() throws Exception {
        Path path = kernel.addFile("/m/a", 10 * MIB);
        OpenFile closed = open(kernel.addFile("/m/b", 10 * MIB));
        FileId closedId = id(closed);
        OpenFile file = open(path);
        FileId fileId = id(file);
        closed.close();
        PrefetchJob job =
                prefetcher.start(traits(Mechanism.SENDFILE, 1), new InFlightBudget(64 * MIB), PrefetchListener.NONE);
        job.add(closed, closedId, RangeSet.between(0, 10 * MIB));
        job.add(file, fileId, RangeSet.between(0, 10 * MIB));
        job.finish();
        PrefetchOutcome outcome = job.completion().get(5, SECONDS);
        assertThat(outcome.errors()).containsOnlyKeys(Errno.EBADF);
        assertThat(outcome.landedBytes()).isEqualTo(10 * MIB);
    }

    @Test
    void unknownResidencyIsFetchedAndSaidToBeUnverified() throws Exception {
        Path path = kernel.addFile("/m/a", 10 * MIB);
        kernel.hideResidency(path);
        FileOutcome file = whole(traits(Mechanism.SENDFILE, 1), PrefetchListener.NONE, path)
                .files()
                .getFirst();
        assertThat(file.verified()).isFalse();
        assertThat(file.landedBytes()).isEqualTo(10 * MIB);
        assertThat(kernel.residentBytes(path)).isEqualTo(10 * MIB);
    }

    @Test
    void aWindowSmallerThanItSaysIsReadInstead() throws Exception {
        kernel.mount(FakeMount.ext4("/small", 77).withReadAheadBytes(64 << 10));
        Path path = kernel.addFile("/small/a", 10 * MIB);
        PrefetchOutcome outcome = whole(traits(Mechanism.READAHEAD, 2), PrefetchListener.NONE, path);
        assertThat(outcome.landedBytes()).isEqualTo(10 * MIB);
    }

    @Test
    void theBudgetHoldsWorkBackUntilThereIsRoomAndACancelDoesNotWaitForIt() throws Exception {
        Path path = kernel.addFile("/m/a", 32 * MIB);
        InFlightBudget budget = new InFlightBudget(8 * MIB);
        assertThat(budget.tryAcquire(8 * MIB, Placement.ANYWHERE)).isTrue();
        OpenFile file = open(path);
        PrefetchJob job = prefetcher.start(traits(Mechanism.SENDFILE, 2), budget, PrefetchListener.NONE);
        job.add(file, id(file), RangeSet.between(0, 32 * MIB));
        await().during(Duration.ofMillis(100)).until(() -> kernel.residentBytes(path) == 0);
        budget.settle(8 * MIB, 0, Placement.ANYWHERE);
        await().atMost(Duration.ofSeconds(2)).until(() -> kernel.residentBytes(path) == 32 * MIB);
        assertThat(budget.tryAcquire(8 * MIB, Placement.ANYWHERE)).isTrue();
        Path other = kernel.addFile("/m/b", 32 * MIB);
        OpenFile second = open(other);
        job.add(second, id(second), RangeSet.between(0, 32 * MIB));
        long start = System.nanoTime();
        assertThat(job.cancel()).isTrue();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofMillis(500));
        assertThat(kernel.residentBytes(other)).isZero();
    }

    @Test
    void aJobWithoutRoomDoesNotHoldUpAnother() throws Exception {
        InFlightBudget full = new InFlightBudget(8 * MIB);
        assertThat(full.tryAcquire(8 * MIB, Placement.ANYWHERE)).isTrue();
        OpenFile waiting = open(kernel.addFile("/m/a", 32 * MIB));
        PrefetchJob stuck = prefetcher.start(traits(Mechanism.SENDFILE, 2), full, PrefetchListener.NONE);
        stuck.add(waiting, id(waiting), RangeSet.between(0, 32 * MIB));
        PrefetchOutcome outcome =
                whole(traits(Mechanism.SENDFILE, 2), PrefetchListener.NONE, kernel.addFile("/m/b", 32 * MIB));
        assertThat(outcome.landedBytes()).isEqualTo(32 * MIB);
        assertThat(stuck.cancel()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(Mechanism.class)
    void jobsTakeTurnsHoweverSmallTheBudgetOfTheirMount(Mechanism mechanism) throws Exception {
        for (int mostMib = 1; mostMib <= 3; mostMib++) {
            List<FileId> order = Collections.synchronizedList(new ArrayList<>());
            PrefetchListener listener = new PrefetchListener() {
                @Override
                public void chunkDone(FileId file, ByteRange range, long landedBytes) {
                    order.add(file);
                }
            };
            CountDownLatch allThere = new CountDownLatch(1);
            kernel.script().before(callOf(mechanism), call -> awaitQuietly(allThere));
            MountTraits traits = new MountTraits(1, "fuse.x", 8 * MIB, true, mechanism, 8, MIB);
            List<PrefetchJob> jobs = new ArrayList<>();
            try (Prefetcher small = new Prefetcher(kernel, 64, mostMib * MIB, FenceListener.NONE)) {
                for (int i = 0; i < 4; i++) {
                    OpenFile file = open(kernel.addFile("/m/" + mechanism + mostMib + i, 40 * MIB));
                    PrefetchJob job = small.start(traits, new InFlightBudget(64 * MIB), listener);
                    jobs.add(job);
                    job.add(file, id(file), RangeSet.between(0, 40 * MIB));
                    job.finish();
                }
                allThere.countDown();
                for (PrefetchJob job : jobs) {
                    job.completion().get(10, SECONDS);
                }
            }
            assertThat(order).hasSize(160);
            Map<FileId, Integer> done = new HashMap<>();
            order.subList(0, 100).forEach(file -> done.merge(file, 1, Integer::sum));
            // what was on its way before the last job came, and one thread that is late
            assertThat(done)
                    .hasSize(4)
                    .allSatisfy((file, chunks) -> assertThat(chunks).isBetween(25 - 8, 25 + 8));
        }
    }

    @Test
    void aHungMountKeepsNoBytesFromOthersAndGoesOnWhenItAnswers() throws Exception {
        CountDownLatch released = new CountDownLatch(1);
        Path stuck = kernel.addFile("/m/stuck", 64 * MIB);
        kernel.script().before("sendfile", call -> {
            if (call.path().equals(stuck)) {
                awaitQuietly(released);
            }
        });
        CountDownLatch fenced = new CountDownLatch(1);
        CountDownLatch lifted = new CountDownLatch(1);
        FenceListener listener = new FenceListener() {
            @Override
            public void fenced(MountState mount, long silentNanos) {
                fenced.countDown();
            }

            @Override
            public void lifted(MountState mount, long fencedNanos) {
                lifted.countDown();
            }
        };
        InFlightBudget shared = new InFlightBudget(32 * MIB);
        try (Prefetcher fencing = new Prefetcher(kernel, 64, Long.MAX_VALUE, listener)) {
            List<PrefetchJob> hanging = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                OpenFile file = open(stuck);
                PrefetchJob job = fencing.start(traits(Mechanism.SENDFILE, 4), shared, PrefetchListener.NONE);
                job.add(file, id(file), RangeSet.between(0, 64 * MIB));
                job.finish();
                hanging.add(job);
            }
            await().until(() -> kernel.script().count("sendfile") == 4);
            assertThat(shared.inFlightBytes()).isPositive();
            assertThat(fenced.await(10, SECONDS)).isTrue();
            assertThat(shared.inFlightBytes()).isZero();
            assertThat(fencing.mounts()).singleElement().matches(MountState::isFenced);

            OpenFile other = open(kernel.addFile("/m/other", 64 * MIB));
            MountTraits elsewhere = new MountTraits(2, "ext4", 8 * MIB, false, Mechanism.SENDFILE, 4, 8 * MIB);
            PrefetchJob job = fencing.start(elsewhere, shared, PrefetchListener.NONE);
            job.add(other, id(other), RangeSet.between(0, 64 * MIB));
            job.finish();
            assertThat(job.completion().get(5, SECONDS).landedBytes()).isEqualTo(64 * MIB);

            released.countDown();
            assertThat(lifted.await(5, SECONDS)).isTrue();
            for (PrefetchJob each : hanging) {
                assertThat(each.completion().get(10, SECONDS).errors()).isEmpty();
            }
            assertThat(kernel.residentBytes(stuck)).isEqualTo(64 * MIB);
            assertThat(shared.inFlightBytes()).isZero();
        } finally {
            released.countDown();
        }
    }

    @Test
    void closingWaitsForAllJobsOfHungStorageTogether() throws Exception {
        CountDownLatch released = new CountDownLatch(1);
        kernel.script().before("sendfile", call -> awaitQuietly(released));
        List<PrefetchJob> jobs = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            OpenFile file = open(kernel.addFile("/m/" + i, 32 * MIB));
            MountTraits traits = new MountTraits(i, "ext4", 8 * MIB, false, Mechanism.SENDFILE, 1, 8 * MIB);
            PrefetchJob job = prefetcher.start(traits, new InFlightBudget(64 * MIB), PrefetchListener.NONE);
            job.add(file, id(file), RangeSet.between(0, 32 * MIB));
            jobs.add(job);
        }
        await().until(() -> kernel.script().count("sendfile") == 6);
        long start = System.nanoTime();
        prefetcher.close();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(2));
        released.countDown();
        for (PrefetchJob job : jobs) {
            assertThat(job.completion().get(5, SECONDS).cancelled()).isTrue();
        }
    }

    @Test
    void aCancelOnHungStorageSaysThatItIsStillInUse() throws Exception {
        CountDownLatch hung = new CountDownLatch(1);
        CountDownLatch released = new CountDownLatch(1);
        kernel.script().before("sendfile", call -> {
            hung.countDown();
            try {
                released.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        OpenFile file = open(kernel.addFile("/m/a", 32 * MIB));
        PrefetchJob job =
                prefetcher.start(traits(Mechanism.SENDFILE, 1), new InFlightBudget(64 * MIB), PrefetchListener.NONE);
        job.add(file, id(file), RangeSet.between(0, 32 * MIB));
        assertThat(hung.await(5, SECONDS)).isTrue();
        long start = System.nanoTime();
        assertThat(job.cancel()).isFalse();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(1));
        assertThat(job.completion()).isNotDone();
        released.countDown();
        assertThat(job.completion().get(5, SECONDS).cancelled()).isTrue();
    }

    @Test
    void fileDoneComesOnceForEachTimeAFileRunsDry() throws Exception {
        List<FileOutcome> done = new CopyOnWriteArrayList<>();
        PrefetchListener listener = new PrefetchListener() {
            @Override
            public void fileDone(FileOutcome outcome) {
                done.add(outcome);
            }
        };
        Path path = kernel.addFile("/m/a", 32 * MIB);
        OpenFile file = open(path);
        PrefetchJob job = prefetcher.start(traits(Mechanism.SENDFILE, 2), new InFlightBudget(64 * MIB), listener);
        job.add(file, id(file), RangeSet.between(0, 16 * MIB));
        await().until(() -> done.size() == 1);
        job.add(file, id(file), RangeSet.between(16 * MIB, 32 * MIB));
        await().until(() -> done.size() == 2);
        assertThat(done.getLast().landedBytes()).isEqualTo(32 * MIB);
        assertThat(job.completion()).isNotDone();
        job.finish();
        assertThat(job.completion().get(5, SECONDS).files()).hasSize(1);
    }

    @Test
    void closingEndsEveryJobAndRefusesNewOnes() throws Exception {
        OpenFile file = open(kernel.addFile("/m/a", 4000 * MIB));
        PrefetchJob job =
                prefetcher.start(traits(Mechanism.SENDFILE, 2), new InFlightBudget(64 * MIB), PrefetchListener.NONE);
        job.add(file, id(file), RangeSet.between(0, 4000 * MIB));
        prefetcher.close();
        assertThat(job.completion().get(5, SECONDS).cancelled()).isTrue();
        assertThatThrownBy(() ->
                        prefetcher.start(traits(Mechanism.SENDFILE, 2), new InFlightBudget(MIB), PrefetchListener.NONE))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aKeptThreadIsThereBeforeTheFirstJob() {
        prefetcher.prepare(traits(Mechanism.SENDFILE, 4));
        await().until(() -> streamThreads() == 1);
    }

    @Test
    void manyJobsOnManyMountsEndWithBalancedBooks() throws Exception {
        InFlightBudget budget = new InFlightBudget(16 * MIB);
        List<PrefetchJob> jobs = new ArrayList<>();
        for (int i = 0; i < 24; i++) {
            OpenFile file = open(kernel.addFile("/m/" + i, 20 * MIB));
            MountTraits traits =
                    new MountTraits(i % 3, "ext4", 8 * MIB, false, Mechanism.values()[i % 4], 1 + i % 5, 4 * MIB);
            PrefetchJob job = prefetcher.start(traits, budget, PrefetchListener.NONE);
            job.add(file, id(file), RangeSet.between(0, 20 * MIB));
            job.finish();
            jobs.add(job);
        }
        for (PrefetchJob job : jobs) {
            assertThat(job.completion().get(10, SECONDS).landedBytes()).isEqualTo(20 * MIB);
        }
        assertThat(budget.inFlightBytes()).isZero();
    }

    @Test
    void traitsByFilesystem() {
        assertThat(MountTraits.of(1, "ext4", 8 * MIB).mechanism()).isEqualTo(Mechanism.SENDFILE);
        assertThat(MountTraits.of(1, "ext4", 8 * MIB).inSinglePages().mechanism())
                .isEqualTo(Mechanism.READAHEAD);
        assertThat(Stream.of("nfs4", "fuse.sshfs", "fuse", "cifs"))
                .allMatch(type -> MountTraits.of(1, type, 0).mechanism() == Mechanism.READAHEAD)
                .allMatch(type -> MountTraits.of(1, type, 0).remote())
                .allMatch(type -> MountTraits.of(1, type, 0).streams() == 64);
        assertThat(MountTraits.of(1, "9p", 0).mechanism()).isEqualTo(Mechanism.READ_THROUGH);
        assertThat(MountTraits.of(1, "btrfs", 0).readAheadBytes()).isEqualTo(128 << 10);
    }
}
