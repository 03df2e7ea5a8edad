package dev.nowake.agent.execute;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.kernel.Errno;
import dev.nowake.kernel.OpenFile;
import dev.nowake.kernel.fake.FakeMount;
import dev.nowake.model.ByteRange;
import dev.nowake.model.FileId;
import dev.nowake.model.RangeSet;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is refused, fails or changes meanwhile costs that file alone, and is told. */
class PrefetcherFailureTest extends PrefetcherCase {
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

    /** The call ends short and says nothing: only the next one is told. */
    @ParameterizedTest
    @EnumSource(
            value = Mechanism.class,
            names = {"SENDFILE", "READ_THROUGH"})
    void anErrorInTheMiddleOfAChunkIsCounted(Mechanism mechanism) throws Exception {
        Path path = kernel.addFile("/m/a", 32 * MIB);
        String call = callOf(mechanism);
        kernel.script().failNth(call, 3, Errno.EIO); // a chunk's second step
        kernel.script().failNth(call, 3, Errno.EIO); // and when it is asked for what it left
        MountTraits traits = new MountTraits(1, "ext4", 8 * MIB, false, mechanism, 1, 16 * MIB);
        PrefetchOutcome outcome = whole(traits, PrefetchListener.NONE, path);
        assertThat(outcome.errors()).containsExactly(java.util.Map.entry(Errno.EIO, 1));
        assertThat(outcome.requestedBytes()).isEqualTo(32 * MIB);
        assertThat(outcome.landedBytes()).isEqualTo(18 * MIB);
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
    void whereNoFurtherDescriptorIsFreeTheFilesOwnServes() throws Exception {
        Path path = kernel.addFile("/m/a", 50 * MIB);
        kernel.descriptorLimit(1);
        PrefetchOutcome outcome =
                whole(MountTraits.of(1, "ext4", 8 * MIB).withDescriptorPerStream(), PrefetchListener.NONE, path);
        assertThat(outcome.landedBytes()).isEqualTo(50 * MIB);
    }
}
