package dev.nowake.agent.mirror.fill;

import static dev.nowake.agent.mirror.fill.FillRig.PIECE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.agent.stage.ContentDigest;
import dev.nowake.kernel.Errno;
import dev.nowake.model.ByteRange;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Files whose names promise what is in them. */
final class ContentCheckTest {
    private FillRig rig;

    @BeforeEach
    void make() throws Exception {
        rig = FillRig.make();
        rig.digests = twin -> ContentDigest.of(twin.remote());
    }

    @AfterEach
    void close() throws Exception {
        rig.close();
    }

    /** A twin of a file that has the name of its content, or of none. */
    private FakeTwin blob(int bytes, boolean isRight) throws Exception {
        Path file = rig.file("blob" + bytes, bytes);
        String hex = isRight ? ContentDigest.hex(digest(Files.readAllBytes(file))) : "ab".repeat(32);
        Files.move(file, rig.remote.resolve(hex));
        return rig.twin(hex);
    }

    private static java.security.MessageDigest digest(byte[] content) {
        java.security.MessageDigest digest = ContentDigest.start(null, content.length);
        digest.update(content);
        return digest;
    }

    @Test
    void whatIsRightIsComplete() throws Exception {
        rig.start();
        FakeTwin twin = blob(40 * PIECE + 11, true);
        FillRig.get(rig.filler.need(twin, new ByteRange(30 * PIECE, 31 * PIECE)));
        rig.fill(twin);
        rig.soon(() -> assertThat(twin.isComplete()).isTrue());
        assertThat(rig.filler.figures().mismatches()).isZero();
    }

    /** Throwing gigabytes away takes long, and the streams have ended by then. */
    @Test
    void whoComesWhileAFileIsThrownAwayIsServedAfterIt() throws Exception {
        rig.start();
        FakeTwin twin = blob(10 * PIECE, false);
        CompletableFuture<Void> enough = new CompletableFuture<>();
        CountDownLatch clearing = new CountDownLatch(1);
        twin.clearing = () -> {
            clearing.countDown();
            enough.join();
        };
        rig.filler.need(twin, twin.all());
        clearing.await();
        CompletableFuture<Void> later = rig.filler.need(twin, new ByteRange(0, PIECE));
        rig.soon(() -> assertThat(rig.filler.figures().streams()).isZero());
        enough.complete(null);
        FillRig.get(later);
    }

    @Test
    void whatIsWrongIsThrownAwayAndTriedTwiceMore() throws Exception {
        rig.settings = rig.settings.withSaves(3 * PIECE, Duration.ofMillis(1));
        rig.start();
        FakeTwin twin = blob(10 * PIECE, false);
        for (int i = 1; i <= 3; i++) {
            int clears = i;
            rig.filler.need(twin, twin.all()); // who finds that what came has gone again has it brought once more
            rig.soon(() -> assertThat(twin.clears).hasValueGreaterThanOrEqualTo(clears));
            rig.soon(() -> assertThat(rig.news(FillNews.Kind.MISMATCH)).isGreaterThanOrEqualTo(clears));
        }
        assertThat(twin.clears).hasValue(3);
        assertThat(twin.isComplete()).isFalse();
        FillRig.assertFails(rig.filler.need(twin, twin.all()), Errno.EIO, "is not what its name says: SHA-256");
        assertThat(rig.readBytes()).isEqualTo(30 * PIECE);
        assertThat(rig.filler.figures().mismatches()).isEqualTo(3);
        assertThat(rig.filler.figures().failures()).containsEntry(FailureKind.CONTENT, 3L);
        rig.filler.expect(twin, twin.all());
        FillRig.assertFails(rig.filler.need(twin, new ByteRange(0, 1)), Errno.EIO, "is not what its name says");
    }

    @Test
    void aSaveUnderWayDoesNotMakeItCompleteBeforeItWasLookedAt() throws Exception {
        CountDownLatch saved = new CountDownLatch(1);
        rig.settings = rig.settings.withSaves(2 * PIECE, Duration.ofMillis(1));
        rig.start();
        FakeTwin twin = blob(10 * PIECE, false);
        twin.save = () -> {
            try {
                saved.await();
            } catch (InterruptedException nobodyDoes) {
                throw new AssertionError(nobodyDoes);
            }
        };
        CompletableFuture<Void> reader = rig.filler.need(twin, twin.all());
        rig.soon(() -> assertThat(twin.missing(twin.all()).bytes()).isEqualTo(PIECE));
        rig.soon(() -> assertThat(rig.files.writes).hasSize(10));
        assertThat(twin.isWritten()).isFalse();
        assertThat(reader)
                .as("with the last piece the save could make it complete")
                .isNotDone();
        saved.countDown();
        // the reader may come back for what was thrown away before he was told that it is there
        rig.soon(() -> assertThat(twin.clears).hasPositiveValue());
        rig.soon(() -> assertThat(reader).isDone());
        assertThat(twin.isComplete()).isFalse();
    }

    @Test
    void whatAnEarlierRunBroughtIsLookedAtToo() throws Exception {
        rig.start();
        FakeTwin twin = blob(10 * PIECE, true);
        twin.written(new ByteRange(0, 3 * PIECE)); // and is not there
        twin.save();
        rig.fill(twin);
        rig.soon(() -> assertThat(twin.clears).hasValue(1));
        rig.fill(twin);
        rig.soon(() -> assertThat(twin.isComplete()).isTrue());
        FillRig.assertSame(twin);
    }
}
