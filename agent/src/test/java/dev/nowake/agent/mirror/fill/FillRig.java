package dev.nowake.agent.mirror.fill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nowake.agent.mirror.FillFailure;
import dev.nowake.agent.mirror.Twin;
import dev.nowake.agent.stage.ContentDigest;
import dev.nowake.kernel.Errno;
import dev.nowake.kernel.linux.Binding;
import dev.nowake.kernel.linux.LinuxKernel;
import dev.nowake.model.ByteRange;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/** A remote folder, a local one, and a filler between them whose calls a test can spoil. */
final class FillRig implements AutoCloseable {
    static final int MIB = 1 << 20;
    static final int PIECE = 64 << 10;
    static final Duration SOON = Duration.ofSeconds(20);

    final Path folder;
    final Path remote;
    final Path local;
    final FaultyFiles files = new FaultyFiles(LinuxKernel.open(Binding.FFM));
    final List<FillNews> news = new CopyOnWriteArrayList<>();
    FillSettings settings = FillSettings.of("test")
            .withPieceBytes(PIECE)
            .withStreams(4)
            .withTimeout(Duration.ofSeconds(10))
            .withSaves(256 << 20, Duration.ofMillis(50))
            .withIdle(Duration.ofMillis(700));
    Room room = bytes -> false;
    Tags tags = file -> null;
    Function<Twin, ContentDigest> digests = twin -> null;
    Filler filler;

    private FillRig(Path folder) throws IOException {
        this.folder = folder;
        this.remote = Files.createDirectory(folder.resolve("remote"));
        this.local = Files.createDirectory(folder.resolve("local"));
    }

    static FillRig make() throws IOException {
        Path target = Files.createDirectories(Path.of("target", "fill-tests"));
        return new FillRig(Files.createTempDirectory(target, "rig").toRealPath());
    }

    /** With the settings as they are by now. */
    FillRig start() {
        filler = new Filler(
                settings,
                new FillParts(files, twin -> files.openForWriting(twin.local()), room, tags, digests, news::add));
        return this;
    }

    /** A remote file of bytes that do not repeat. */
    Path file(String name, int bytes) throws IOException {
        byte[] content = new byte[bytes];
        new Random(name.hashCode()).nextBytes(content);
        Path path = remote.resolve(name);
        Files.createDirectories(path.getParent());
        return Files.write(path, content);
    }

    FakeTwin twin(String name) throws IOException {
        return FakeTwin.of(remote.resolve(name), local.resolve(name));
    }

    FakeTwin twin(String name, int bytes) throws IOException {
        file(name, bytes);
        return twin(name);
    }

    void fill(Twin twin) throws Exception {
        get(filler.need(twin, new ByteRange(0, twin.identity().sizeBytes())));
    }

    static void get(CompletableFuture<Void> future) throws Exception {
        future.get(SOON.toSeconds(), TimeUnit.SECONDS);
    }

    /** That the reader is told this errno, and a line with these words. */
    static void assertFails(CompletableFuture<Void> future, Errno errno, String words) {
        assertThatThrownBy(() -> get(future))
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOfSatisfying(FillFailure.class, failure -> {
                    assertThat(failure.errno()).isEqualTo(errno);
                    assertThat(failure).hasMessageContaining(words);
                });
    }

    static void assertSame(FakeTwin twin) throws IOException {
        assertThat(Files.mismatch(twin.remote(), twin.local())).isEqualTo(-1);
    }

    /** Bytes the remote returned, by the kernel's own calls. */
    long readBytes() {
        return files.reads.stream()
                .filter(read -> read.file() != null && read.file().startsWith(remote))
                .mapToLong(FaultyFiles.Read::lengthBytes)
                .sum();
    }

    void soon(Runnable holds) {
        Awaitility.await().atMost(SOON).untilAsserted(holds::run);
    }

    long news(FillNews.Kind kind) {
        return news.stream().filter(told -> told.kind() == kind).count();
    }

    @Override
    public void close() throws IOException {
        if (filler != null) {
            filler.close();
        }
        try (Stream<Path> tree = Files.walk(folder)) {
            for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }
}
