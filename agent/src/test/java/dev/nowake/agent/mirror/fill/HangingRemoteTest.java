package dev.nowake.agent.mirror.fill;

import static dev.nowake.agent.mirror.fill.FillRig.PIECE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.kernel.Errno;
import dev.nowake.model.ByteRange;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Calls on the remote that do not return. */
final class HangingRemoteTest {
    private static final int TIMEOUT_MILLIS = 700;

    private final CountDownLatch answer = new CountDownLatch(1);
    private FillRig rig;

    @BeforeEach
    void make() throws Exception {
        rig = FillRig.make();
        rig.settings =
                rig.settings.withTimeout(Duration.ofMillis(TIMEOUT_MILLIS)).withStreams(2);
    }

    @AfterEach
    void close() throws Exception {
        answer.countDown();
        rig.soon(() -> assertThat(rig.filler.figures().abandonedThreads()).isZero());
        rig.close();
        assertThat(rig.files.openNow()).isZero();
    }

    private void hang() {
        try {
            answer.await();
        } catch (InterruptedException nobodyDoes) {
            throw new AssertionError(nobodyDoes);
        }
    }

    @Test
    void thoseWhoWaitForThatPieceAreToldInTimeAndOthersGoOn() throws Exception {
        rig.files.read = (file, offset, length) -> {
            if (file.endsWith("remote/a") && offset == PIECE) {
                hang();
            }
        };
        rig.start();
        FakeTwin twin = rig.twin("a", 10 * PIECE);
        long start = System.nanoTime();
        CompletableFuture<Void> all = rig.filler.need(twin, twin.all());
        CompletableFuture<Void> behind = rig.filler.need(twin, new ByteRange(2 * PIECE, 10 * PIECE));
        FillRig.get(behind);
        FillRig.assertFails(all, Errno.EIO, "remote/a: no answer within 0.70 s");
        assertThat((System.nanoTime() - start) / 1_000_000).isGreaterThanOrEqualTo(TIMEOUT_MILLIS);
        assertThat(rig.filler.figures().abandonedThreads()).isEqualTo(1);
        assertThat(rig.filler.figures().failures()).containsEntry(FailureKind.TIMEOUT, 1L);
        rig.soon(() -> assertThat(rig.news(FillNews.Kind.ABANDONED)).isEqualTo(1));
        FakeTwin other = rig.twin("b", 5 * PIECE);
        rig.fill(other);
        FillRig.assertSame(other);
    }

    /** The first request returns when its piece has long been brought by another. */
    @Test
    void whatComesTooLateIsThrownAway() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        rig.files.read = (file, offset, length) -> {
            if (asked.getAndIncrement() == 0) {
                hang();
            }
        };
        rig.start();
        FakeTwin twin = rig.twin("a", PIECE);
        FillRig.assertFails(rig.filler.need(twin, twin.all()), Errno.EIO, "no answer");
        rig.soon(() -> assertThat(twin.isComplete()).isTrue());
        assertThat(rig.files.writes).hasSize(1);
        Files.write(twin.local(), new byte[PIECE]); // a write that comes now would be seen
        answer.countDown();
        rig.soon(() -> assertThat(rig.filler.figures().abandonedThreads()).isZero());
        assertThat(Files.readAllBytes(twin.local())).containsOnly(0);
        assertThat(rig.files.writes).hasSize(1);
        rig.soon(() -> assertThat(rig.files.openNow()).isZero());
    }

    @Test
    void noMoreThanTwiceAsManyThreadsAsStreamsWaitAndThenReadersAreToldAtOnce() throws Exception {
        rig.files.read = (file, offset, length) -> hang();
        rig.start();
        List<CompletableFuture<Void>> readers = new ArrayList<>();
        for (int file = 0; file < 5; file++) { // one alone does not get them all
            FakeTwin silent = rig.twin("silent" + file, 4 * PIECE);
            for (int i = 0; i < 4; i++) {
                readers.add(rig.filler.need(silent, ByteRange.ofLength((long) i * PIECE, PIECE)));
            }
        }
        FakeTwin twin = rig.twin("a", 40 * PIECE);
        for (CompletableFuture<Void> reader : readers) {
            FillRig.assertFails(reader, Errno.EIO, "answer");
        }
        rig.soon(() -> assertThat(rig.filler.figures().abandonedThreads()).isEqualTo(4));
        assertThat(rig.filler.figures().streams()).isZero();
        CompletableFuture<Void> now = rig.filler.need(twin, ByteRange.ofLength(30 * PIECE, PIECE));
        assertThat(now).isCompletedExceptionally();
        FillRig.assertFails(now, Errno.EIO, "does not answer: 4 requests wait for it");
        assertThat(rig.filler.figures().waitingReaders()).isZero();

        answer.countDown();
        rig.soon(() -> assertThat(rig.filler.figures().abandonedThreads()).isZero());
        FillRig.get(rig.filler.need(twin, ByteRange.ofLength(30 * PIECE, PIECE)));
        rig.fill(rig.twin("b", 10 * PIECE));
    }

    @Test
    void anOpenMayHangToo() throws Exception {
        rig.files.open = (file, offset, length) -> {
            if (file.endsWith("hangs") && file.startsWith(rig.remote)) {
                hang();
            }
        };
        rig.start();
        FakeTwin hanging = rig.twin("hangs", 10 * PIECE);
        FakeTwin other = rig.twin("b", 10 * PIECE);
        CompletableFuture<Void> first = rig.filler.need(hanging, new ByteRange(0, PIECE));
        CompletableFuture<Void> second = rig.filler.need(hanging, new ByteRange(PIECE, 2 * PIECE));
        rig.fill(other);
        FillRig.assertFails(first, Errno.EIO, "no answer");
        FillRig.assertFails(second, Errno.EIO, "no answer");
        answer.countDown();
        rig.soon(() -> assertThat(hanging.missing(new ByteRange(0, 2 * PIECE)).isEmpty())
                .isTrue());
        rig.soon(() -> assertThat(rig.files.openNow()).isZero());
    }

    @Test
    void aCloseThatHangsHoldsUpNobody() throws Exception {
        rig.files.close = (file, offset, length) -> {
            if (file.equals(rig.remote.resolve("hangs"))) {
                hang();
            }
        };
        rig.start();
        FakeTwin hanging = rig.twin("hangs", PIECE);
        rig.fill(hanging);
        rig.soon(() -> assertThat(rig.filler.figures().abandonedThreads()).isEqualTo(1));
        FakeTwin other = rig.twin("b", 10 * PIECE);
        rig.fill(other);
        rig.soon(() -> assertThat(other.isComplete()).isTrue());
    }

    /** Nobody waits for what is expected, so it takes no more than one thread from those who may come. */
    @Test
    void whatIsExpectedOfASilentRemoteDoesNotUseTheThreadsUp() throws Exception {
        rig.files.read = (file, offset, length) -> {
            if (file.endsWith("hangs")) {
                hang();
            }
        };
        rig.settings = rig.settings.withStreams(4);
        rig.start();
        FakeTwin hanging = rig.twin("hangs", 50 * PIECE);
        rig.filler.expect(hanging, hanging.all());
        rig.soon(() -> assertThat(rig.filler.figures().abandonedThreads()).isEqualTo(4));
        Thread.sleep(2L * TIMEOUT_MILLIS);
        assertThat(rig.filler.figures().abandonedThreads()).isLessThan(6);
        rig.fill(rig.twin("b", 10 * PIECE));
    }

    @Test
    void aLocalDiskThatHangsFailsItsReadersAndIsNotWrittenTwice() throws Exception {
        rig.settings = rig.settings.withDiskTimeout(Duration.ofMillis(200));
        rig.files.write = (file, offset, length) -> hang();
        rig.start();
        FakeTwin twin = rig.twin("a", PIECE);
        FillRig.assertFails(rig.filler.need(twin, twin.all()), Errno.EIO, "the disk does not take what is written");
        FillRig.assertFails(rig.filler.need(twin, twin.all()), Errno.EIO, "the disk does not take what is written");
        answer.countDown();
        rig.fill(twin);
        assertThat(rig.files.writes).hasSize(1);
        assertThat(rig.readBytes()).isEqualTo(PIECE);
        assertThat(rig.filler.figures().abandonedRequests()).isZero();
    }

    @Test
    void closingReturnsWithinASecondThoughTheRemoteHangs() throws Exception {
        rig.files.read = (file, offset, length) -> hang();
        rig.start();
        FakeTwin twin = rig.twin("a", 10 * PIECE);
        CompletableFuture<Void> reader = rig.filler.need(twin, twin.all());
        rig.soon(() -> assertThat(rig.filler.figures().piecesUnderWay()).isEqualTo(2));
        long start = System.nanoTime();
        rig.filler.close();
        assertThat((System.nanoTime() - start) / 1e9).isLessThan(1);
        FillRig.assertFails(reader, Errno.EIO, "nowake stops");
        FillRig.assertFails(rig.filler.need(twin, twin.all()), Errno.EIO, "nowake stops");
        answer.countDown();
        rig.soon(() -> assertThat(rig.files.openNow()).isZero());
        assertThat(rig.files.writes).isEmpty();
    }

    @Test
    void closingMidwaySavesWhatIsThereAndLeavesNothingOpen() throws Exception {
        rig.settings = rig.settings.withTimeout(Duration.ofSeconds(10)).withSaves(1 << 30, Duration.ofHours(1));
        rig.files.read = (file, offset, length) -> {
            try {
                Thread.sleep(10);
            } catch (InterruptedException nobodyDoes) {
                throw new AssertionError(nobodyDoes);
            }
        };
        rig.start();
        FakeTwin twin = rig.twin("a", 200 * PIECE);
        CompletableFuture<Void> reader = rig.filler.need(twin, twin.all());
        rig.soon(() -> assertThat(twin.missing(twin.all()).bytes()).isLessThan(190 * PIECE));
        long start = System.nanoTime();
        rig.filler.close();
        assertThat((System.nanoTime() - start) / 1e9).isLessThan(1);
        FillRig.assertFails(reader, Errno.EIO, "nowake stops");
        assertThat(rig.files.openNow()).isZero();
        assertThat(twin.durable().bytes())
                .isEqualTo(200 * PIECE - twin.missing(twin.all()).bytes());
        long left = twin.missing(twin.all()).bytes();
        Thread.sleep(100);
        assertThat(twin.missing(twin.all()).bytes()).isEqualTo(left);
        Path written = twin.local();
        byte[] content = Files.readAllBytes(twin.remote());
        byte[] copy = Files.readAllBytes(written);
        for (int at = 0; at < copy.length; at += 509) {
            boolean there = twin.missing(ByteRange.ofLength(at, 1)).isEmpty();
            assertThat(copy[at]).isEqualTo(there ? content[at] : 0);
        }
    }
}
