package dev.nowake.agent.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.nowake.agent.config.Config;
import dev.nowake.agent.config.Mode;
import dev.nowake.agent.config.RootRule;
import dev.nowake.agent.pack.ImageWay;
import dev.nowake.agent.pack.PackOrder;
import dev.nowake.agent.pack.PackRun;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

/** Models in a mounted EROFS image: heard, prefetched and released as anywhere else; and what becomes of the image's own pages. */
@Tag("kernel")
final class ImageTest {
    private static final long SIZE = 48 * Rig.MIB;

    private Rig rig;
    private Path image;
    private Path point;
    private ImageWay.Mounted mounted;

    @BeforeEach
    void makeImage() throws Exception {
        rig = Rig.make();
        image = rig.folder.resolve("model.erofs");
        point = Files.createDirectory(rig.folder.resolve("point"));
        Path made = rig.folder.resolve("made");
        rig.model(Rig.spec("llama", SIZE, 3), made.resolve("llama"));
        new PackRun(rig.kernel, new PackOrder(made, image, null, false, false, null)).run();
    }

    @AfterEach
    void unmount() throws Exception {
        rig.stop();
        if (mounted != null) {
            mounted.close();
        }
        rig.close();
    }

    private List<Path> mount(ImageWay way) throws Exception {
        mounted = way.mount(rig.kernel, image, point);
        List<Path> shards = List.of(1, 2, 3).stream()
                .map(number -> point.resolve("llama/model-0000" + number + "-of-00003.safetensors"))
                .toList();
        shards.forEach(shard -> assertThat(shard).isRegularFile());
        return shards;
    }

    @ParameterizedTest
    @EnumSource(ImageWay.class)
    void aLoadIsPrefetchedAndReleased(ImageWay way) throws Exception {
        List<Path> shards = mount(way);
        JsonNode alone = Reader.load("pread", shards);
        shards.forEach(rig::makeCold);
        rig.makeCold(image);
        rig.start(Mode.ENFORCE, point);
        for (String how : List.of("read", "mmap")) {
            long loads = rig.counter("loadsDone");
            JsonNode with = Reader.load(how, shards);
            assertThat(with.path("checksum").asString())
                    .isEqualTo(alone.path("checksum").asString());
            rig.awaitReleased(shards);
            rig.awaitLoadsDone(loads + 1);
            JsonNode load = rig.load();
            assertThat(load.path("model").asString()).isEqualTo("llama");
            assertThat(load.path("shardsOpened").asInt()).isEqualTo(3);
            assertThat(load.path("prefetchedBytes").asLong()).isPositive();
            assertThat(load.path("residentBytes").asLong()).isZero();
        }
        assertThat(rig.counter("errors")).as("leases work, nothing is refused").isZero();
        // What a release frees for good: with a page cache of the image's own, only one of two copies.
        if (way.keepsTwice()) {
            assertThat(rig.resident(image)).isGreaterThan(SIZE / 2);
        } else {
            assertThat(rig.resident(image)).isLessThan(Rig.MIB);
        }
    }

    @ParameterizedTest
    @EnumSource(ImageWay.class)
    void shardsNobodyOpenedYetBecomeResident(ImageWay way) throws Exception {
        List<Path> shards = mount(way);
        shards.forEach(rig::makeCold);
        rig.start(Mode.ENFORCE, point);
        try (Reader reader = Reader.start()) {
            reader.open(shards.getFirst());
            for (Path shard : shards) {
                rig.awaitResident(shard);
            }
            assertThat(rig.load().path("state").asString()).isEqualTo("loading");
            reader.kill();
        }
        rig.awaitReleased(shards);
        assertThat(rig.counter("errors")).isZero();
    }

    /** Another policy: the rest of the file comes in and stays. */
    @ParameterizedTest
    @EnumSource(
            value = ImageWay.class,
            names = {"FILE_DIRECT", "LOOP_DIRECT"})
    void aPolicyThatKeepsFilesKeepsThem(ImageWay way) throws Exception {
        List<Path> shards = mount(way);
        shards.forEach(rig::makeCold);
        RootRule rule = new RootRule(point, Mode.ENFORCE, "whole-file", Map.of());
        rig.start(rig.kernel, new Config(Mode.ENFORCE, List.of(rule)));
        Reader.load("mmap", shards);
        rig.awaitLoadsDone(1);
        for (Path shard : shards) {
            rig.awaitResident(shard);
        }
    }

    /** Unmounted right after a load, and mounted again under the same number: the daemon keeps nothing busy and hears it again. */
    @Test
    void anImageComesGoesAndComesBack() throws Exception {
        List<Path> shards = mount(ImageWay.FILE_DIRECT);
        rig.start(Mode.ENFORCE, point);
        for (int i = 0; i < 2; i++) {
            long loads = rig.counter("loadsDone");
            Reader.load("read", shards);
            rig.awaitLoadsDone(loads + 1);
            await("unmounted")
                    .atMost(Duration.ofSeconds(5))
                    .pollInterval(Duration.ofMillis(50))
                    .ignoreExceptions()
                    .until(() -> {
                        rig.kernel.mounts().unmount(point);
                        return true;
                    });
            mounted = null;
            mount(ImageWay.FILE_DIRECT);
            long next = loads + 1;
            await("heard again")
                    .atMost(Rig.SOON)
                    .pollInterval(Duration.ofMillis(300))
                    .until(() -> {
                        Reader.run("sh", "-c", "cat " + shards.getFirst() + " >/dev/null");
                        return rig.counter("loads") > next;
                    });
            rig.awaitQuiet();
        }
        assertThat(rig.counter("errors")).isZero();
    }
}
