package dev.nowake.agent.execute;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.nowake.kernel.OpenFile;
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
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Many jobs share a budget and mounts, of which some hang. */
class PrefetcherTurnsTest extends PrefetcherCase {
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
            awaitQuietly(released);
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
}
