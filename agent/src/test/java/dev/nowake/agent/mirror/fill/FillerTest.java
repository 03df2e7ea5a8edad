package dev.nowake.agent.mirror.fill;

import static dev.nowake.agent.mirror.fill.FillRig.MIB;
import static dev.nowake.agent.mirror.fill.FillRig.PIECE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.model.ByteRange;
import dev.nowake.model.RangeSet;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real files, filled as nothing goes wrong. */
final class FillerTest {
    private FillRig rig;

    @BeforeEach
    void make() throws Exception {
        rig = FillRig.make();
    }

    @AfterEach
    void close() throws Exception {
        rig.close();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aFileIsFilledMadeDurableAndClosed(boolean pastPageCache) throws Exception {
        if (!pastPageCache) {
            rig.settings = rig.settings.throughPageCache();
        }
        rig.start();
        FakeTwin twin = rig.twin("a.safetensors", 3 * MIB + 1234);

        rig.fill(twin);

        FillRig.assertSame(twin);
        assertThat(twin.isWritten()).isTrue();
        assertThat(rig.readBytes()).isEqualTo(3 * MIB + 1234);
        rig.soon(() -> assertThat(twin.isComplete()).isTrue());
        rig.soon(() -> assertThat(rig.news(FillNews.Kind.COMPLETE)).isEqualTo(1));
        rig.soon(() -> assertThat(rig.files.openNow()).isZero());
        assertThat(rig.files.opened).hasValue(2);
        FillFigures figures = rig.filler.figures();
        assertThat(figures.fetchedBytes()).isEqualTo(3 * MIB + 1234);
        assertThat(figures.neededBytes()).isEqualTo(3 * MIB + 1234);
        assertThat(figures.completed()).isEqualTo(1);
        assertThat(figures.waitingReaders()).isZero();
        assertThat(figures.piecesUnderWay()).isZero();
        assertThat(figures.waits().stream().mapToLong(Long::longValue).sum()).isEqualTo(1);
    }

    @Test
    void anEmptyFileIsThere() throws Exception {
        rig.start();
        Files.createFile(rig.remote.resolve("empty"));
        FakeTwin twin = rig.twin("empty");
        assertThat(rig.filler.need(twin, new ByteRange(0, 4096))).isCompleted();
    }

    @Test
    void onlyWhatIsNeededIsFetchedAndNothingTwice() throws Exception {
        rig.start();
        FakeTwin twin = rig.twin("a", 10 * PIECE);
        FillRig.get(rig.filler.need(twin, new ByteRange(2 * PIECE + 5, 4 * PIECE + 6)));
        assertThat(rig.readBytes()).isEqualTo(3 * PIECE);
        assertThat(twin.missing(twin.all()).bytes()).isEqualTo(7 * PIECE);
        FillRig.get(rig.filler.need(twin, new ByteRange(PIECE, 5 * PIECE + 1)));
        assertThat(rig.readBytes()).isEqualTo(5 * PIECE);
        assertThat(rig.filler.need(twin, new ByteRange(3 * PIECE, 4 * PIECE))).isCompleted();
        FillRig.get(rig.filler.need(twin, new ByteRange(0, 1L << 40)));
        assertThat(rig.readBytes()).isEqualTo(10 * PIECE);
        FillRig.assertSame(twin);
    }

    /** As after a restart with another size of pieces. */
    @Test
    void partsOfAPieceThatAreThereAreNotFetchedAgain() throws Exception {
        rig.start();
        FakeTwin twin = rig.twin("a", 2 * PIECE);
        byte[] some = Files.readAllBytes(twin.remote());
        try (RandomAccessFile local = new RandomAccessFile(twin.local().toFile(), "rw")) {
            local.seek(8192);
            local.write(some, 8192, 8192);
            local.seek(40960);
            local.write(some, 40960, 100);
        }
        twin.written(new ByteRange(8192, 16384));
        twin.written(new ByteRange(40960, 41060));

        rig.fill(twin);

        FillRig.assertSame(twin);
        assertThat(rig.readBytes()).as("a block is read for its rest").isEqualTo(2 * PIECE - 8192);
        assertThat(rig.files.writes.stream()
                        .mapToLong(FaultyFiles.Read::lengthBytes)
                        .sum())
                .isEqualTo(2 * PIECE - 8192 - 100);
    }

    @Test
    void aHundredReadersOfOneFileAreOneReader() throws Exception {
        rig.start();
        FakeTwin twin = rig.twin("a", 64 * PIECE);
        List<CompletableFuture<Void>> readers = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            long start = (long) (i % 8) * PIECE / 3;
            readers.add(rig.filler.need(twin, new ByteRange(start, i % 2 == 0 ? 64 * PIECE : 7 * PIECE)));
        }
        for (CompletableFuture<Void> reader : readers) {
            FillRig.get(reader);
        }
        assertThat(rig.readBytes()).isEqualTo(64 * PIECE);
        FillRig.assertSame(twin);
    }

    @Test
    void holesOfTheRemoteStayHoles() throws Exception {
        rig.start();
        Path sparse = rig.remote.resolve("sparse");
        try (RandomAccessFile file = new RandomAccessFile(sparse.toFile(), "rw")) {
            file.setLength(64 * PIECE);
            file.seek(3 * PIECE);
            file.write(new byte[] {1, 2, 3});
            file.seek(20 * PIECE + 8192);
            file.write(new byte[] {4, 5, 6});
        }
        FakeTwin twin = rig.twin("sparse");
        rig.fill(twin);
        FillRig.assertSame(twin);
        assertThat(rig.readBytes()).isLessThan(2 * PIECE);
        assertThat(rig.files.status(twin.local()).allocatedBytes()).isLessThan(2 * PIECE);
        rig.soon(() -> assertThat(twin.isComplete()).isTrue());
        assertThat(rig.files.writes.stream()
                        .mapToLong(FaultyFiles.Read::lengthBytes)
                        .sum())
                .isLessThan(2 * PIECE);
    }

    @Test
    void readersComeBeforeWhatIsExpectedAndThatInTheOrderItWasAsked() throws Exception {
        rig.settings = rig.settings.withStreams(1);
        Semaphore turns = new Semaphore(0);
        rig.files.read = (file, offset, length) -> turns.acquireUninterruptibly();
        rig.start();
        FakeTwin first = rig.twin("first", 3 * PIECE);
        FakeTwin second = rig.twin("second", 2 * PIECE);
        FakeTwin needed = rig.twin("needed", 2 * PIECE);
        rig.filler.expect(first, first.all());
        rig.soon(() -> assertThat(turns.hasQueuedThreads()).isTrue());
        rig.filler.expect(second, second.all());
        CompletableFuture<Void> reader = rig.filler.need(needed, needed.all());
        turns.release(100);
        FillRig.get(reader);
        rig.soon(() -> assertThat(second.isWritten()).isTrue());
        assertThat(rig.files.reads.stream().map(read -> read.file().getFileName() + " " + read.offsetBytes() / PIECE))
                .containsExactly("first 0", "needed 0", "needed 1", "first 1", "first 2", "second 0", "second 1");
    }

    @Test
    void readersTakeTurnsEachFromItsLowestOffset() throws Exception {
        rig.settings = rig.settings.withStreams(1);
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        rig.files.read = (file, offset, length) -> {
            begun.countDown();
            await(go);
        };
        rig.start();
        FakeTwin a = rig.twin("a", 10 * PIECE);
        FakeTwin b = rig.twin("b", 10 * PIECE);
        List<CompletableFuture<Void>> readers = new ArrayList<>();
        readers.add(rig.filler.need(a, new ByteRange(0, 4 * PIECE)));
        begun.await();
        readers.add(rig.filler.need(a, new ByteRange(8 * PIECE, 10 * PIECE)));
        readers.add(rig.filler.need(b, new ByteRange(5 * PIECE, 8 * PIECE)));
        go.countDown();
        for (CompletableFuture<Void> reader : readers) {
            FillRig.get(reader);
        }
        assertThat(rig.files.reads.stream().map(read -> read.file().getFileName() + " " + read.offsetBytes() / PIECE))
                .containsExactly("a 0", "a 1", "b 5", "a 8", "b 6", "a 2", "b 7", "a 9", "a 3");
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException nobodyDoes) {
            throw new AssertionError(nobodyDoes);
        }
    }

    @Test
    void whatIsForgottenIsNotFetchedUnlessAReaderWaits() throws Exception {
        rig.settings = rig.settings.withStreams(1);
        Semaphore turns = new Semaphore(0);
        rig.files.read = (file, offset, length) -> turns.acquireUninterruptibly();
        rig.start();
        FakeTwin twin = rig.twin("a", 20 * PIECE);
        FakeTwin other = rig.twin("b", PIECE);
        rig.filler.expect(twin, twin.all());
        rig.soon(() -> assertThat(turns.hasQueuedThreads()).isTrue());
        CompletableFuture<Void> reader = rig.filler.need(twin, new ByteRange(5 * PIECE, 6 * PIECE));
        rig.filler.expect(other, other.all());
        rig.filler.forget(twin);
        turns.release(100);
        FillRig.get(reader);
        rig.soon(() -> assertThat(other.isWritten()).isTrue());
        assertThat(twin.missing(twin.all()))
                .isEqualTo(RangeSet.of(twin.all())
                        .minus(RangeSet.between(0, PIECE))
                        .minus(RangeSet.between(5 * PIECE, 6 * PIECE)));
    }

    @Test
    void streamsComeAndGo() throws Exception {
        rig.start();
        assertThat(rig.filler.figures().streams()).isZero();
        CountDownLatch go = new CountDownLatch(1);
        rig.files.read = (file, offset, length) -> await(go);
        FakeTwin twin = rig.twin("a", 20 * PIECE);
        CompletableFuture<Void> reader = rig.filler.need(twin, twin.all());
        rig.soon(() -> assertThat(rig.filler.figures().piecesUnderWay()).isEqualTo(4));
        assertThat(rig.filler.figures().streams()).isEqualTo(4);
        assertThat(rig.filler.figures().waitingReaders()).isEqualTo(1);
        assertThat(rig.files.openNow()).as("one remote, one local").isEqualTo(2);
        go.countDown();
        FillRig.get(reader);
        rig.soon(() -> assertThat(rig.filler.figures().streams()).isZero());
        assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .noneMatch(name -> name.matches("nowake-fill-test-\\d+"));
    }

    @Test
    void manyFilesAtOnce() throws Exception {
        rig.settings = rig.settings.withSaves(256 << 20, Duration.ofMillis(20));
        rig.start();
        List<FakeTwin> twins = new ArrayList<>();
        List<CompletableFuture<Void>> readers = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            FakeTwin twin = rig.twin("f" + i, 3 * PIECE + i);
            twins.add(twin);
            readers.add(rig.filler.need(twin, new ByteRange(0, PIECE)));
            rig.filler.expect(twin, twin.all());
        }
        for (CompletableFuture<Void> reader : readers) {
            FillRig.get(reader);
        }
        for (FakeTwin twin : twins) {
            rig.soon(() -> assertThat(twin.isComplete()).isTrue());
            FillRig.assertSame(twin);
        }
        assertThat(rig.readBytes()).isEqualTo(40 * 3 * PIECE + 39 * 40 / 2);
        rig.soon(() -> assertThat(rig.files.openNow()).isZero());
    }
}
