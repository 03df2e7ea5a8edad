package dev.nowake.agent.mirror.fill;

import static dev.nowake.agent.mirror.fill.FillRig.MIB;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.agent.daemon.SlowServer;
import dev.nowake.kernel.Errno;
import dev.nowake.kernel.OpenFile;
import dev.nowake.model.ByteRange;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A remote on FUSE, served by the project's own slow filesystem, which counts what it was asked for. */
@Tag("kernel")
final class SlowRemoteTest {
    private FillRig rig;
    private Path mount;
    private SlowServer server;

    @BeforeAll
    static void compile() throws Exception {
        SlowServer.compile();
    }

    @BeforeEach
    void make() throws Exception {
        rig = FillRig.make();
        rig.settings = rig.settings.withPieceBytes(MIB).withStreams(8);
        mount = Files.createDirectory(rig.folder.resolve("mount"));
    }

    @AfterEach
    void close() throws Exception {
        server.answer();
        rig.filler.close();
        server.served();
        rig.close();
    }

    private FakeTwin serve(int bytes, int latencyMicros, String... options) throws Exception {
        rig.file("a", bytes);
        server = SlowServer.start(rig.remote, mount, latencyMicros, options);
        rig.start();
        return FakeTwin.of(mount.resolve("a"), rig.local.resolve("a"));
    }

    private long residentBytes(Path file) throws Exception {
        try (OpenFile open = rig.files.open(file)) {
            return rig.files.pageCache().residency(open, 0, Long.MAX_VALUE).residentBytes();
        }
    }

    @Test
    void aHundredReadersAskTheRemoteForEachByteOnceAndLeaveItsPageCacheAlone() throws Exception {
        FakeTwin twin = serve(24 * MIB + 4321, 2000);
        List<CompletableFuture<Void>> readers = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            readers.add(rig.filler.need(twin, new ByteRange((long) i * 200_000, 24 * MIB + 4321)));
        }
        for (CompletableFuture<Void> reader : readers) {
            FillRig.get(reader);
        }
        assertThat(Files.mismatch(rig.remote.resolve("a"), twin.local())).isEqualTo(-1);
        assertThat(residentBytes(twin.local())).isEqualTo(24 * MIB + 4321);
        rig.filler.close();
        assertThat(server.served().bytes()).isEqualTo(24 * MIB + 4321);
    }

    @Test
    void whereTheRemoteMustBeReadThroughPageCacheItsPagesGo() throws Exception {
        rig.settings = rig.settings.throughPageCache();
        FakeTwin twin = serve(24 * MIB, 0);
        rig.fill(twin);
        assertThat(residentBytes(twin.remote())).isZero();
        rig.filler.close();
        // The kernel reads ahead over the end of a piece; what goes behind one stream is read again for the next.
        assertThat(server.served().bytes()).isBetween(24L * MIB, 30L * MIB);
    }

    @Test
    void aServerThatHangsFailsReadersInTimeAndServesThemWhenItAnswers() throws Exception {
        rig.settings = rig.settings.withTimeout(Duration.ofMillis(700)).withStreams(2);
        FakeTwin twin = serve(24 * MIB, 0);
        FillRig.get(rig.filler.need(twin, new ByteRange(0, MIB)));
        server.hang();
        long start = System.nanoTime();
        FillRig.assertFails(rig.filler.need(twin, new ByteRange(MIB, 2 * MIB)), Errno.EIO, "no answer within 0.70 s");
        assertThat((System.nanoTime() - start) / 1e9).isLessThan(5);
        FillRig.get(rig.filler.need(twin, new ByteRange(0, MIB)));
        server.answer();
        rig.soon(() -> assertThat(rig.filler.figures().abandonedThreads()).isZero());
        rig.soon(() ->
                assertThat(twin.missing(new ByteRange(0, 2 * MIB)).isEmpty()).isTrue());
        rig.fill(twin);
        assertThat(Files.mismatch(rig.remote.resolve("a"), twin.local())).isEqualTo(-1);
        rig.soon(() -> assertThat(rig.files.openNow()).isZero());
    }

    @Test
    void aFileThatShrinksBelowIsSeenThoughItsAttributesAreRemembered() throws Exception {
        FakeTwin twin = serve(8 * MIB, 0);
        FillRig.get(rig.filler.need(twin, new ByteRange(0, MIB)));
        try (RandomAccessFile file =
                new RandomAccessFile(rig.remote.resolve("a").toFile(), "rw")) {
            file.setLength(3 * MIB);
        }
        FillRig.get(rig.filler.need(twin, new ByteRange(2 * MIB, 3 * MIB)));
        FillRig.assertFails(rig.filler.need(twin, twin.all()), Errno.EIO, "changed on the remote: it ");
        assertThat(twin.isOutdated()).isTrue();
    }

    @Test
    void aFileThatIsWrittenBelowIsSeenWhenItsAttributesAreAskedFor() throws Exception {
        FakeTwin twin = serve(8 * MIB, 0, "--attr-seconds", "0");
        FillRig.get(rig.filler.need(twin, new ByteRange(0, MIB)));
        try (RandomAccessFile file =
                new RandomAccessFile(rig.remote.resolve("a").toFile(), "rw")) {
            file.seek(5 * MIB);
            file.write(1);
        }
        FillRig.assertFails(rig.filler.need(twin, twin.all()), Errno.EIO, "changed on the remote: it ");
        assertThat(twin.missing(twin.all()).bytes()).isEqualTo(7 * MIB);
    }
}
