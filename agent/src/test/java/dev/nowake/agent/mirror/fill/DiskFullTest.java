package dev.nowake.agent.mirror.fill;

import static dev.nowake.agent.mirror.fill.FillRig.MIB;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.kernel.Errno;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A local disk of 32 MiB, most of which somebody else uses. */
@Tag("kernel")
final class DiskFullTest {
    private FillRig rig;
    private Path others;

    @BeforeEach
    void make() throws Exception {
        rig = FillRig.make();
        Path image = rig.folder.resolve("image");
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            file.setLength(32 * MIB);
        }
        run("mkfs.ext4", "-q", "-m", "0", "-O", "^has_journal", image.toString());
        run("mount", "-o", "loop", image.toString(), rig.local.toString());
        others = rig.local.resolve("others");
        leave(6 * MIB);
    }

    @AfterEach
    void close() throws Exception {
        if (rig.filler != null) {
            rig.filler.close();
        }
        run("umount", rig.local.toString());
        rig.close();
    }

    static void run(String... words) throws Exception {
        Process process = new ProcessBuilder(words).inheritIO().start();
        assertThat(process.waitFor()).as(List.of(words).toString()).isZero();
    }

    /** So much is free afterwards. */
    private void leave(long bytes) throws Exception {
        Files.deleteIfExists(others);
        long free = Files.getFileStore(rig.local).getUsableSpace();
        run("fallocate", "-l", Long.toString(free - bytes), others.toString());
    }

    @Test
    void readersAreToldAndTheRemoteIsNotAskedForWhatCannotBeWritten() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        rig.room = bytes -> {
            asked.incrementAndGet();
            return false;
        };
        rig.start();
        FakeTwin twin = rig.twin("a", 12 * MIB);
        CompletableFuture<Void> reader = rig.filler.need(twin, twin.all());
        FillRig.assertFails(reader, Errno.ENOSPC, "local/a: no room, and nothing that may be evicted");
        rig.soon(() -> assertThat(rig.filler.figures().piecesUnderWay()).isZero());
        assertThat(asked).hasPositiveValue();
        long written = 12 * MIB - twin.missing(twin.all()).bytes();
        assertThat(written).isBetween(4L * MIB, 6L * MIB);

        long before = rig.readBytes();
        Thread.sleep(FailedPieces.SAME_ANSWER_NANOS / 1_000_000);
        FillRig.assertFails(rig.filler.need(twin, twin.all()), Errno.ENOSPC, "no room");
        rig.filler.expect(twin, twin.all());
        rig.soon(() -> assertThat(rig.filler.figures().piecesUnderWay()).isZero());
        assertThat(rig.readBytes()).isEqualTo(before);
        assertThat(rig.filler.figures().isBroken()).isFalse();
        rig.soon(() -> assertThat(twin.durable().bytes()).isEqualTo(written));
    }

    @Test
    void roomThatIsMadeIsUsedAndNothingFailed() throws Exception {
        AtomicInteger evicted = new AtomicInteger();
        rig.room = bytes -> {
            if (evicted.getAndIncrement() > 0) {
                return true; // those that were full at the same time
            }
            try {
                Files.delete(others);
                return true;
            } catch (IOException gone) {
                throw new AssertionError(gone);
            }
        };
        rig.start();
        FakeTwin twin = rig.twin("a", 12 * MIB);
        rig.fill(twin);
        FillRig.assertSame(twin);
        assertThat(evicted).hasPositiveValue();
        assertThat(rig.readBytes()).isEqualTo(12 * MIB);
        rig.soon(() -> assertThat(twin.isComplete()).isTrue());
        assertThat(rig.filler.figures().failures().get(FailureKind.FULL)).isZero();
    }

    @Test
    void whatNobodyWaitsForIsGivenUpAndGoesOnWhenItIsExpectedAgain() throws Exception {
        AtomicBoolean room = new AtomicBoolean();
        rig.room = bytes -> room.get();
        rig.start();
        FakeTwin twin = rig.twin("a", 12 * MIB);
        rig.filler.expect(twin, twin.all());
        rig.soon(() -> assertThat(rig.filler.figures().failures().get(FailureKind.FULL))
                .isPositive());
        rig.soon(() -> assertThat(rig.filler.figures().piecesUnderWay()).isZero());
        long before = rig.readBytes();
        assertThat(before).isLessThan(8L * MIB);
        Files.delete(others);
        room.set(true);
        rig.filler.expect(twin, twin.all());
        rig.fill(twin);
        FillRig.assertSame(twin);
    }

    @Test
    void aDiskThatBecameReadOnlyIsNotWrittenAnyMore() throws Exception {
        rig.start();
        FakeTwin twin = rig.twin("a", MIB);
        FakeTwin other = rig.twin("b", MIB);
        rig.fill(twin);
        rig.soon(() -> assertThat(rig.files.openNow()).isZero());
        run("mount", "-o", "remount,ro", rig.local.toString());
        try {
            FillRig.assertFails(rig.filler.need(other, other.all()), Errno.EIO, "EROFS (30); nothing is written");
            assertThat(rig.filler.figures().isBroken()).isTrue();
            FillRig.get(rig.filler.need(twin, twin.all()));
        } finally {
            run("mount", "-o", "remount,rw", rig.local.toString());
        }
    }
}
