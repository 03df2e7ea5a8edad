package dev.nowake.agent.mirror.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.nowake.agent.config.MirrorSettings;
import dev.nowake.agent.mirror.Twin;
import dev.nowake.agent.mirror.fill.FillNews;
import dev.nowake.agent.mirror.store.MirroredFile;
import dev.nowake.agent.mirror.store.SyncOutcome;
import dev.nowake.kernel.Kernel;
import dev.nowake.kernel.linux.Binding;
import dev.nowake.kernel.linux.LinuxKernel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a mirror brings that nobody has asked for yet. */
@Tag("kernel")
class LookaheadKernelTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int MIB = 1 << 20;
    private static final int SHARD = 10 * MIB;

    private final Kernel kernel = LinuxKernel.open(Binding.AUTO);
    private final List<SyncOutcome> syncs = new CopyOnWriteArrayList<>();
    private Path folder;
    private Path remote;
    private Path local;
    private Mirror mirror;

    private final class Heard implements MirrorListener {
        @Override
        public void filled(FillNews news) {
            // only what is there counts
        }

        @Override
        public void synced(SyncOutcome outcome) {
            syncs.add(outcome);
        }

        @Override
        public void opened(Twin twin, int pid) {
            // only what is there counts
        }

        @Override
        public void warned(String line) {
            throw new AssertionError(line);
        }
    }

    @BeforeEach
    void open() throws Exception {
        folder = Files.createTempDirectory(Files.createDirectories(Path.of("target", "mirror-tests")), "ahead")
                .toRealPath();
        remote = Files.createDirectory(folder.resolve("remote"));
        local = folder.resolve("local");
        for (int shard = 1; shard <= 5; shard++) {
            original("m/model-0000" + shard + "-of-00005.safetensors");
        }
        original("m/other.safetensors");
        mirror = Mirror.open(
                MirrorSettings.of("m", remote, local),
                new Mirror.Host(kernel, folder.resolve("run"), bytes -> false, new Heard(), Clock.systemUTC()));
        await().atMost(PATIENCE).until(() -> !syncs.isEmpty());
    }

    @AfterEach
    void close() throws Exception {
        mirror.close();
        try (Stream<Path> tree = Files.walk(folder)) {
            for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    private void original(String name) throws IOException {
        byte[] content = new byte[SHARD];
        new Random(name.hashCode()).nextBytes(content);
        Files.createDirectories(remote.resolve(name).getParent());
        Files.write(remote.resolve(name), content);
    }

    /** Another process reads so much of a shard. */
    private void read(String name, int bytes) throws Exception {
        Process reader = new ProcessBuilder(
                        "head", "-c", "" + bytes, local.resolve("m/" + name).toString())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertThat(reader.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(reader.exitValue()).isZero();
    }

    private void readShard(int shard, int bytes) throws Exception {
        read("model-0000" + shard + "-of-00005.safetensors", bytes);
    }

    private List<Long> shards() {
        return Stream.of(1, 2, 3, 4, 5)
                .map(shard -> written("model-0000" + shard + "-of-00005.safetensors"))
                .toList();
    }

    private long written(String name) {
        return mirror.files()
                .twin(Path.of("m", name))
                .map(MirroredFile::writtenBytes)
                .orElseThrow();
    }

    /** Everything that was asked of the filler is there. */
    private void quiet(long... shards) {
        await().atMost(PATIENCE).untilAsserted(() -> {
            assertThat(shards()).containsExactly(Arrays.stream(shards).boxed().toArray(Long[]::new));
            assertThat(mirror.figures().filling().piecesUnderWay()).isZero();
        });
    }

    @Test
    void whoLooksAtAHeaderGetsNoMoreThanHeaders() throws Exception {
        readShard(1, 1000);
        quiet(Lookahead.HEADER_BYTES, 0, 0, 0, 0);
        assertThat(mirror.figures().filling().fetchedBytes()).isEqualTo(Lookahead.HEADER_BYTES);
    }

    @Test
    void aLoadBringsTheRestOfTheFileAndTheNextTwo() throws Exception {
        readShard(2, 9 * MIB);
        quiet(0, SHARD, SHARD, SHARD, 0);
        assertThat(written("other.safetensors")).isZero();
        assertThat(mirror.figures().filling().fetchedBytes()).isEqualTo(3L * SHARD);
    }

    @Test
    void eachOpenMovesTheWindowOnAlsoWhereNothingIsMissing() throws Exception {
        readShard(1, 9 * MIB);
        quiet(SHARD, SHARD, SHARD, 0, 0);
        readShard(2, 1);
        quiet(SHARD, SHARD, SHARD, SHARD, 0);
        readShard(4, 1);
        quiet(SHARD, SHARD, SHARD, SHARD, SHARD);
    }

    @Test
    void filesOfNoModelComeAlone() throws Exception {
        read("other.safetensors", 9 * MIB);
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(written("other.safetensors")).isEqualTo(SHARD));
        quiet(0, 0, 0, 0, 0);
    }
}
