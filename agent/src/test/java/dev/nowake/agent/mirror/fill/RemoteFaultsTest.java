package dev.nowake.agent.mirror.fill;

import static dev.nowake.agent.mirror.fill.FillRig.PIECE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.kernel.Errno;
import dev.nowake.kernel.KernelException;
import dev.nowake.model.ByteRange;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Remotes that fail, change, and answer with less than they were asked for. */
final class RemoteFaultsTest {
    private FillRig rig;

    @BeforeEach
    void make() throws Exception {
        rig = FillRig.make();
    }

    @AfterEach
    void close() throws Exception {
        rig.files.read = FaultyFiles.NOTHING;
        rig.close();
    }

    private static FaultyFiles.Deed failing(Errno errno) {
        return (file, offset, length) -> {
            throw new KernelException("pread", errno);
        };
    }

    @Test
    void aFailedPieceFailsThoseWhoWaitForItAndNobodyElse() throws Exception {
        rig.files.read = (file, offset, length) -> {
            if (offset == 2 * PIECE) {
                throw new KernelException("pread", Errno.EIO);
            }
        };
        rig.start();
        FakeTwin twin = rig.twin("a", 5 * PIECE);
        CompletableFuture<Void> all = rig.filler.need(twin, twin.all());
        CompletableFuture<Void> behind = rig.filler.need(twin, new ByteRange(3 * PIECE, 5 * PIECE));
        FillRig.assertFails(all, Errno.EIO, "remote/a: pread: EIO (5)");
        FillRig.get(behind);
        assertThat(rig.filler.figures().failures()).containsEntry(FailureKind.REMOTE, 1L);
        rig.soon(() -> assertThat(rig.news(FillNews.Kind.FAILED)).isEqualTo(1));
    }

    @Test
    void itIsTriedAgainWithoutAnybodyWaiting() throws Exception {
        AtomicBoolean bad = new AtomicBoolean(true);
        rig.files.read = (file, offset, length) -> {
            if (bad.get()) {
                throw new KernelException("pread", Errno.EIO);
            }
        };
        rig.start();
        FakeTwin twin = rig.twin("a", PIECE);
        FillRig.assertFails(rig.filler.need(twin, twin.all()), Errno.EIO, "EIO");
        bad.set(false);
        rig.soon(() -> assertThat(twin.isComplete()).isTrue());
        assertThat(rig.filler.figures().retries()).isEqualTo(1);
    }

    @Test
    void aReaderThatComesTriesAtOnceAndAStormOfThemIsOneRequest() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        AtomicBoolean bad = new AtomicBoolean(true);
        rig.files.read = (file, offset, length) -> {
            asked.incrementAndGet();
            if (bad.get()) {
                throw new KernelException("pread", Errno.EIO);
            }
        };
        rig.start();
        FakeTwin twin = rig.twin("a", PIECE);
        long end = System.nanoTime() + 600_000_000;
        int readers = 0;
        while (System.nanoTime() < end) {
            FillRig.assertFails(rig.filler.need(twin, twin.all()), Errno.EIO, "EIO");
            readers++;
        }
        assertThat(readers).isGreaterThan(20);
        assertThat(asked.get()).isBetween(1, 4);
        bad.set(false);
        int before = asked.get();
        CompletableFuture<Void> next = rig.filler.need(twin, twin.all());
        if (next.isCompletedExceptionally()) {
            Thread.sleep(FailedPieces.SAME_ANSWER_NANOS / 1_000_000);
            next = rig.filler.need(twin, twin.all());
        }
        FillRig.get(next);
        assertThat(asked.get()).isEqualTo(before + 1);
    }

    @ParameterizedTest
    @CsvSource({"ENOENT, EIO", "EACCES, EPERM", "ESTALE, EIO", "ENOTCONN, EIO"})
    void whatTheRemoteAnswersAtAnOpenIsTold(String answer, String told) throws Exception {
        Errno errno = errno(answer);
        rig.files.open = (file, offset, length) -> {
            if (file.startsWith(rig.remote)) {
                throw new KernelException("open", errno);
            }
        };
        rig.start();
        FakeTwin twin = rig.twin("a", PIECE);
        FillRig.assertFails(rig.filler.need(twin, twin.all()), errno(told), answer);
        rig.files.open = FaultyFiles.NOTHING;
        rig.soon(() -> assertThat(twin.isComplete()).isTrue());
    }

    private static Errno errno(String symbol) {
        for (int number = 1; number < 134; number++) {
            if (new Errno(number).symbol().equals(symbol)) {
                return new Errno(number);
            }
        }
        throw new AssertionError(symbol);
    }

    @Test
    void aStaleDescriptorIsOpenedAgainOnce() throws Exception {
        AtomicInteger stale = new AtomicInteger(1);
        rig.files.read = (file, offset, length) -> {
            if (stale.getAndDecrement() > 0) {
                throw new KernelException("pread", Errno.ESTALE);
            }
        };
        rig.start();
        FakeTwin twin = rig.twin("a", 20 * PIECE);
        rig.fill(twin);
        FillRig.assertSame(twin);
        assertThat(rig.readBytes()).isEqualTo(20 * PIECE);
        rig.soon(() -> assertThat(rig.files.openNow()).isZero());

        rig.files.read = failing(Errno.ESTALE);
        FakeTwin other = rig.twin("b", PIECE);
        FillRig.assertFails(rig.filler.need(other, other.all()), Errno.EIO, "ESTALE");
    }

    @ParameterizedTest
    @ValueSource(ints = {100, 4096, 5000, 12288})
    void shortReadsAreContinued(int most) throws Exception {
        rig.files.mostReadBytes = most;
        rig.start();
        FakeTwin twin = rig.twin("a", 3 * PIECE + 777);
        rig.fill(twin);
        FillRig.assertSame(twin);
    }

    @Test
    void aFilesystemThatTakesNoDirectReadsIsReadThroughItsPageCache() throws Exception {
        AtomicInteger refused = new AtomicInteger();
        rig.files.read = (file, offset, length) -> {
            if (refused.getAndIncrement() == 0) {
                throw new KernelException("pread", Errno.EINVAL);
            }
        };
        rig.start();
        FakeTwin twin = rig.twin("a", 3 * PIECE);
        rig.fill(twin);
        FillRig.assertSame(twin);
        assertThat(rig.files.opened).as("both of them twice").hasValueGreaterThanOrEqualTo(4);
    }

    enum Change {
        LONGER,
        SHORTER,
        WRITTEN,
        REPLACED,
        REPLACED_BY_ONE_OF_THE_SAME_TIME;

        void happenTo(Path file) throws IOException {
            FileTime time = Files.getLastModifiedTime(file);
            switch (this) {
                case LONGER -> grow(file, 4096);
                case SHORTER -> grow(file, -PIECE);
                case WRITTEN -> {
                    try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
                        open.write(new byte[PIECE]);
                    }
                    Files.setLastModifiedTime(file, FileTime.fromMillis(time.toMillis() + 10));
                }
                case REPLACED, REPLACED_BY_ONE_OF_THE_SAME_TIME -> {
                    Path fresh = file.resolveSibling("fresh");
                    Files.write(fresh, new byte[(int) Files.size(file)]);
                    boolean later = this == REPLACED;
                    Files.setLastModifiedTime(fresh, later ? FileTime.fromMillis(time.toMillis() + 10) : time);
                    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
                }
            }
        }

        private static void grow(Path file, int bytes) throws IOException {
            try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
                open.setLength(open.length() + bytes);
            }
        }
    }

    /** It changes while a piece is on its way, and the descriptor is opened anew: by then at the latest it is seen. */
    @ParameterizedTest
    @EnumSource
    void nothingOfAFileThatChangedLandsInTheFormerOnesTwin(Change change) throws Exception {
        rig.settings = rig.settings.withStreams(1);
        Semaphore turns = new Semaphore(2);
        AtomicBoolean stale = new AtomicBoolean();
        rig.files.read = (file, offset, length) -> {
            turns.acquireUninterruptibly();
            if (stale.getAndSet(false)) {
                throw new KernelException("pread", Errno.ESTALE);
            }
        };
        rig.start();
        FakeTwin twin = rig.twin("a", 6 * PIECE);
        byte[] before = Files.readAllBytes(twin.remote());
        CompletableFuture<Void> reader = rig.filler.need(twin, twin.all());
        rig.soon(() -> assertThat(twin.missing(twin.all()).bytes()).isEqualTo(4 * PIECE));
        rig.soon(() -> assertThat(turns.hasQueuedThreads()).isTrue());

        change.happenTo(twin.remote());
        stale.set(change == Change.REPLACED || change == Change.REPLACED_BY_ONE_OF_THE_SAME_TIME);
        turns.release(1000);

        FillRig.assertFails(reader, Errno.EIO, "a changed on the remote: it ");
        assertThat(twin.isOutdated()).isTrue();
        assertThat(twin.missing(twin.all()).bytes()).isEqualTo(4 * PIECE);
        byte[] after = Files.readAllBytes(twin.local());
        for (int at = 0; at < after.length; at++) {
            assertThat(after[at]).isEqualTo(at < 2 * PIECE ? before[at] : 0);
        }
        FillRig.assertFails(rig.filler.need(twin, twin.all()), Errno.EIO, "changed on the remote");
        FillRig.get(rig.filler.need(twin, new ByteRange(0, 2 * PIECE)));
        rig.filler.expect(twin, twin.all());
        rig.soon(() -> assertThat(rig.news(FillNews.Kind.CHANGED)).isEqualTo(1));
        rig.soon(() -> assertThat(rig.files.openNow()).isZero());
    }

    @Test
    void anotherTagIsAnotherFile() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        rig.tags = file -> asked.incrementAndGet() < 4 ? "one" : "two";
        rig.settings = rig.settings.withStreams(1);
        rig.start();
        rig.file("a", 6 * PIECE);
        FakeTwin twin = FakeTwin.of(rig.remote.resolve("a"), rig.local.resolve("a"), "one");
        FillRig.assertFails(rig.filler.need(twin, twin.all()), Errno.EIO, "has another tag");
        assertThat(twin.missing(twin.all()).bytes())
                .as("at the open, then each piece")
                .isEqualTo(4 * PIECE);
    }

    @Test
    void aRemoteThatFailsIsLeftAloneByWhatNobodyWaitsFor() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        rig.files.read = (file, offset, length) -> {
            asked.incrementAndGet();
            throw new KernelException("pread", Errno.EIO);
        };
        rig.start();
        List<FakeTwin> twins = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            twins.add(rig.twin("f" + i, 50 * PIECE));
        }
        twins.forEach(twin -> rig.filler.expect(twin, twin.all()));
        rig.soon(() -> assertThat(asked.get()).isPositive());
        Thread.sleep(500);
        assertThat(asked.get()).isLessThan(10);
        rig.files.read = FaultyFiles.NOTHING;
        FakeTwin read = rig.twin("read", PIECE);
        rig.fill(read);
        for (FakeTwin twin : twins.subList(5, 20)) {
            rig.soon(() -> assertThat(twin.isComplete()).isTrue());
        }
    }

    @Test
    void theLocalPathMayLeadToAFreshFile() throws Exception {
        rig.start();
        FakeTwin twin = rig.twin("a", PIECE);
        Path keep = Files.move(twin.local(), rig.local.resolve("former"));
        Files.write(twin.local(), new byte[PIECE]);
        FillRig.assertFails(rig.filler.need(twin, twin.all()), Errno.EIO, "local/a is another file now");
        assertThat(Files.readAllBytes(twin.local())).containsOnly(0);
        assertThat(keep).exists();
        rig.soon(() -> assertThat(rig.files.openNow()).isZero());
    }

    @Test
    void aSlowRemoteIsNoSilentOne() throws Exception {
        rig.settings = rig.settings.withTimeout(Duration.ofMillis(400));
        rig.files.mostReadBytes = 16384;
        rig.files.read = (file, offset, length) -> {
            try {
                Thread.sleep(150);
            } catch (InterruptedException nobodyDoes) {
                throw new AssertionError(nobodyDoes);
            }
        };
        rig.start();
        FakeTwin twin = rig.twin("a", PIECE);
        rig.fill(twin);
        FillRig.assertSame(twin);
        assertThat(rig.filler.figures().abandonedRequests()).isZero();
    }

    /** Size and time are the listed file's; root could read it, the listed file's owner could not. */
    @ParameterizedTest
    @CsvSource({"1, 644", "0, 600"})
    void aLinkToWhatIsClosedToOthersIsNotFollowed(int owner, String mode) throws Exception {
        rig.start();
        FakeTwin twin = rig.twin("a", 3 * PIECE);
        Path secret = Files.write(rig.folder.resolve("secret"), new byte[3 * PIECE]);
        Files.setLastModifiedTime(secret, Files.getLastModifiedTime(twin.remote()));
        Files.setAttribute(secret, "unix:uid", owner);
        Files.setAttribute(secret, "unix:mode", Integer.parseInt(mode, 8));
        Files.delete(twin.remote());
        Files.createSymbolicLink(twin.remote(), secret);
        FillRig.assertFails(rig.filler.need(twin, twin.all()), Errno.EPERM, "for fewer to read");
        assertThat(rig.readBytes()).isZero();
    }
}
