package dev.nowake.agent.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.nowake.agent.config.Config;
import dev.nowake.agent.config.Mode;
import dev.nowake.agent.config.RootRule;
import dev.nowake.agent.pack.ImageWay;
import dev.nowake.agent.pack.PackOrder;
import dev.nowake.agent.pack.PackRun;
import dev.nowake.kernel.proc.DeviceNumber;
import dev.nowake.samples.ModelMaker;
import dev.nowake.samples.ModelSpec;
import dev.nowake.samples.ModelSpec.Content;
import dev.nowake.samples.Preset;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
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
    @EnumSource(
            value = ImageWay.class,
            names = {"FILE_DIRECT", "LOOP_DIRECT"})
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
    @Test
    void aPolicyThatKeepsFilesKeepsThem() throws Exception {
        List<Path> shards = mount(ImageWay.FILE_DIRECT);
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
        assertThat(rig.counter("errors")).isZero();
    }

    /** Another image mounted in the place of one has other files under the same numbers. */
    @Test
    void whatWasKnownOfAnImagesFilesIsForgottenWithItsMount() throws Exception {
        Scripts scripts = new Scripts(rig).write("told", """
                export function prefetch({ model }) {
                  return (model?.shards ?? []).map((s) => ({
                    file: s.id, offset: s.tensors.length ? 8 << 20 : 0, length: 1 << 20, reason: "tensors: " + s.tensors.length,
                  }));
                }
                """ + Scripts.RELEASE);
        Path first = imageOf(Preset.LLAMA);
        Path second = imageOf(Preset.MIXTRAL);
        scripts.start(Scripts.only(rig, "told"));
        String tensors = tensorsToldOf(first);
        assertThat(tensorsToldOf(second)).isNotEqualTo(tensors);
    }

    private Path imageOf(Preset preset) throws Exception {
        Path made = rig.folder.resolve(preset.name());
        ModelSpec spec = ModelSpec.of(preset, 16 * Rig.MIB).withName("model").withContent(Content.COLD);
        ModelMaker.write(spec, made.resolve("model"));
        Path packed = rig.folder.resolve(preset + ".erofs");
        new PackRun(rig.kernel, new PackOrder(made, packed, null, false, false, null)).run();
        return packed;
    }

    /** What the policy was told of the only shard's tensors in a load of it, mounted for the length of that. */
    private String tensorsToldOf(Path packed) throws Exception {
        int plans = rig.journal("plan").size();
        try (ImageWay.Mounted shown = ImageWay.FILE_DIRECT.mount(rig.kernel, packed, rig.root)) {
            Path shard = shown.point().resolve("model/model.safetensors");
            await("watched")
                    .atMost(Rig.SOON)
                    .pollInterval(Duration.ofMillis(100))
                    .until(() -> isWatched(rig.root));
            List<String> told = new ArrayList<>();
            try (Reader reader = Reader.start()) {
                reader.open(shard);
                // a header is read when its reader has begun to
                await("tensors")
                        .atMost(Rig.SOON)
                        .pollInterval(Duration.ofMillis(200))
                        .until(() -> {
                            reader.act("take 1");
                            told.clear();
                            rig.journal("plan").stream()
                                    .skip(plans)
                                    .forEach(plan -> plan.path("steps")
                                            .forEach(step ->
                                                    told.add(step.path("reason").asString())));
                            return told.stream().anyMatch(reason -> reason.matches("tensors: [1-9].*"));
                        });
                reader.kill();
            }
            rig.awaitQuiet();
            await("closed")
                    .atMost(Rig.SOON)
                    .until(() -> rig.status().path("heldFiles").asInt() == 0);
            return told.stream()
                    .filter(reason -> !reason.equals("tensors: 0"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    /** Whether this process, and so the daemon in it, has a mark on what is mounted there. */
    private boolean isWatched(Path where) throws Exception {
        long device = rig.kernel.files().status(where).device();
        String number =
                "sdev:" + Long.toHexString((long) DeviceNumber.major(device) << 20 | DeviceNumber.minor(device));
        for (java.io.File fd : new java.io.File("/proc/self/fdinfo").listFiles()) {
            try (Stream<String> lines = Files.lines(fd.toPath())) {
                if (lines.anyMatch(line -> line.startsWith("fanotify ino:") && line.contains(number + " "))) {
                    return true;
                }
            } catch (IOException | UncheckedIOException closed) {
                continue;
            }
        }
        return false;
    }
}
