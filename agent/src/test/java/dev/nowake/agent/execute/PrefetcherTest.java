package dev.nowake.agent.execute;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.nowake.kernel.Extent;
import dev.nowake.kernel.OpenFile;
import dev.nowake.kernel.fake.FakeContent;
import dev.nowake.kernel.fake.Script;
import dev.nowake.model.ByteRange;
import dev.nowake.model.FileId;
import dev.nowake.model.RangeSet;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a job asks for lands, once, in order. */
class PrefetcherTest extends PrefetcherCase {
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
