package dev.nowake.agent.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What shipped policies drop besides the load they are asked about: leftovers, what was written, the least used. */
@Tag("kernel")
final class TidyingTest {
    /** Pages of a whole file are written to a slow disk first. */
    private static final Duration WRITTEN_BACK = Duration.ofSeconds(30);

    private static final long SIZE = 48 * Rig.MIB;

    @Test
    void whatWasCopiedIsWrittenBackAndDropped() throws Exception {
        try (Rig rig = Rig.make()) {
            Path source = rig.model(Rig.spec("llama", 96 * Rig.MIB, 1), rig.folder.resolve("elsewhere"))
                    .getFirst();
            startWith(rig, "write-through");
            Path copy = rig.root.resolve("llama/model.safetensors");

            Reader.run("sh", "-ec", "mkdir -p %s; cp %s %s".formatted(copy.getParent(), source, copy));

            awaitDropped(rig, copy);
            assertThat(Files.mismatch(source, copy)).isEqualTo(-1);
        }
    }

    /** The folder is listed while the file is still growing, as in every download that takes longer than a moment. */
    @Test
    void whatWasWrittenSlowlyIsWrittenBackAndDropped() throws Exception {
        try (Rig rig = Rig.make()) {
            Path source = rig.model(Rig.spec("llama", 96 * Rig.MIB, 1), rig.folder.resolve("elsewhere"))
                    .getFirst();
            startWith(rig, "write-through");
            Path copy = rig.root.resolve("llama/model.safetensors");

            Reader.run(
                    "sh",
                    "-ec",
                    "mkdir -p %s; (for i in 0 1 2 3 4 5; do dd if=%s bs=1M skip=$((i*17)) count=17 status=none; sleep 0.3; done) > %s"
                            .formatted(copy.getParent(), source, copy));

            awaitDropped(rig, copy);
            assertThat(Files.mismatch(source, copy)).isEqualTo(-1);
        }
    }

    private static void awaitDropped(Rig rig, Path copy) {
        await("written back and dropped")
                .atMost(WRITTEN_BACK)
                .pollInterval(Duration.ofMillis(50))
                .untilAsserted(() -> assertThat(rig.resident(copy)).isZero());
        await().atMost(Rig.SOON)
                .untilAsserted(() -> assertThat(rig.journal("plan"))
                        .anyMatch(line -> line.path("policy").asString().equals("write-through")));
    }

    @Test
    void leftoversGoWhenAnotherModelIsOpenedUnlessSomebodyHasThemOrOnlyObserves() throws Exception {
        try (Rig rig = Rig.make();
                Reader holder = Reader.start();
                Reader mapper = Reader.start();
                Reader reader = Reader.start()) {
            Path observed = Files.createDirectory(rig.folder.resolve("observed"));
            Path leftover = resident(rig, "leftover", rig.root);
            Path open = resident(rig, "open", rig.root);
            Path mapped = resident(rig, "mapped", rig.root);
            Path watched = resident(rig, "watched", observed);
            List<Path> next = rig.model("next", SIZE, 2);
            // before the daemon is there: it hears no open of these
            holder.open(open);
            mapper.map(mapped);
            new Scripts(rig).start("""
                    roots:
                    - {path: %s, policy: uma-guard}
                    - {path: %s, policy: load-and-release, mode: observe}
                    """.formatted(rig.root, observed));

            reader.open(next.getFirst());

            Scripts.awaitDropped(rig, "leftover", 1);
            rig.awaitReleased(List.of(leftover));
            rig.awaitResident(next.getFirst());
            rig.keeps(500, () -> {
                assertThat(rig.resident(open)).isGreaterThanOrEqualTo(Rig.most(SIZE));
                assertThat(rig.resident(mapped)).isGreaterThanOrEqualTo(Rig.most(SIZE));
                assertThat(rig.resident(watched)).isGreaterThanOrEqualTo(Rig.most(SIZE));
            });
            reader.act("close").kill();
            rig.awaitReleased(next);
            assertThat(rig.counter("errors")).isZero();
        }
    }

    /** A model that is larger than this host's memory, though its file holds next to nothing. */
    @Test
    void loadAndReleaseMakesRoomWhereTheNextModelWouldNotFit() throws Exception {
        try (Rig rig = Rig.make();
                Reader reader = Reader.start()) {
            Path leftover = resident(rig, "leftover", rig.root);
            Path small = rig.model("small", SIZE, 1).getFirst();
            Path huge = Files.createDirectory(rig.root.resolve("huge")).resolve("model.safetensors");
            Reader.run("truncate", "-s", "4T", huge.toString());
            new Scripts(rig).start("""
                    roots:
                    - {path: %s, policy: load-and-release, args: {leftovers: evict, window: 16MiB}}
                    """.formatted(rig.root));

            reader.open(small);
            rig.awaitCounter("opens", 1);
            rig.keeps(300, () -> assertThat(rig.resident(leftover)).isGreaterThanOrEqualTo(Rig.most(SIZE)));
            reader.act("close");
            rig.awaitLoadsDone(1);

            reader.open(huge);
            Scripts.awaitDropped(rig, "leftover", 1);
            rig.awaitReleased(List.of(leftover));
        }
    }

    @Test
    void ofThreeModelsTheLeastRecentlyUsedGoesWholeAndTheOthersStay() throws Exception {
        try (Rig rig = Rig.make();
                Reader reader = Reader.start()) {
            List<Path> first = rig.model("first", SIZE, 2);
            List<Path> second = rig.model("second", SIZE, 2);
            List<Path> third = rig.model("third", SIZE, 2);
            new Scripts(rig).start("""
                    roots: [{path: %s, policy: hot-set, args: {models: 2}}]
                    """.formatted(rig.root));

            read(rig, reader, first, 1);
            read(rig, reader, second, 2);
            assertStays(rig, first);
            read(rig, reader, third, 3);
            Scripts.awaitDropped(rig, "first", 2);
            rig.awaitReleased(first);
            assertStays(rig, second);
            assertStays(rig, third);
        }
    }

    private static void read(Rig rig, Reader reader, List<Path> shards, int loads) throws Exception {
        for (Path shard : shards) {
            reader.open(shard).act("read");
        }
        reader.act("close").act("close");
        rig.awaitLoadsDone(loads);
    }

    private static void assertStays(Rig rig, List<Path> shards) {
        rig.keeps(300, () -> assertThat(rig.resident(shards)).isGreaterThanOrEqualTo(Rig.most(SIZE)));
    }

    private static Path resident(Rig rig, String name, Path where) throws Exception {
        Path shard = rig.model(Rig.spec(name, SIZE, 1), where.resolve(name)).getFirst();
        rig.bringIn(shard, 0, Files.size(shard));
        return shard;
    }

    private static void startWith(Rig rig, String policy) throws Exception {
        new Scripts(rig).start("roots: [{path: %s, policy: %s}]\n".formatted(rig.root, policy));
    }
}
