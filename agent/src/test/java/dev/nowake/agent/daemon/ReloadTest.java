package dev.nowake.agent.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.nowake.agent.config.Config;
import dev.nowake.agent.config.ConfigException;
import dev.nowake.agent.config.Mode;
import dev.nowake.agent.config.RootRule;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** The configuration is read again while the daemon runs. */
@Tag("kernel")
final class ReloadTest {
    /** One root stays while others come and go; each of its models is opened once in the middle of it. */
    @Test
    void everyOpenDuringAHundredReloadsIsSeen() throws Exception {
        try (Rig rig = Rig.make();
                Reader reader = Reader.start()) {
            int models = 60;
            List<Path> shards = new ArrayList<>();
            for (int i = 0; i < models; i++) {
                shards.addAll(rig.model("m" + i, Rig.MIB / 4, 1));
            }
            Path other = Files.createDirectory(rig.folder.resolve("other"));
            rig.model(Rig.spec("elsewhere", Rig.MIB / 4, 1), other.resolve("elsewhere"));
            Config alone = Rig.config(Mode.ENFORCE, rig.root);
            Config both = Rig.config(Mode.ENFORCE, other, rig.root);
            rig.start(rig.kernel, alone);
            AtomicBoolean opened = new AtomicBoolean();
            AtomicReference<Throwable> failed = new AtomicReference<>();
            Thread opens = Thread.ofPlatform().start(() -> {
                try {
                    for (Path shard : shards) {
                        reader.open(shard).act("close");
                        Thread.sleep(5);
                    }
                } catch (Exception broken) {
                    failed.set(broken);
                } finally {
                    opened.set(true);
                }
            });

            int reloads = 0;
            while (reloads < 100 || !opened.get()) {
                JsonNode answer = rig.reload(reloads % 2 == 0 ? both : alone);
                assertThat(answer.path("changes").size()).as("" + answer).isEqualTo(1);
                reloads++;
            }
            opens.join();

            assertThat(failed.get()).isNull();
            rig.awaitLoadsDone(models);
            assertThat(rig.counter("loads")).isEqualTo(models);
            assertThat(rig.counter("reloads")).isEqualTo(reloads);
            assertThat(rig.counter("overflows")).isZero();
            assertThat(rig.counter("errors")).isZero();
        }
    }

    @Test
    void rootsAreSwapped() throws Exception {
        try (Rig rig = Rig.make();
                Reader reader = Reader.start()) {
            List<Path> first = rig.model("first", 16 * Rig.MIB, 1);
            Path other = Files.createDirectory(rig.folder.resolve("other"));
            List<Path> second = rig.model(Rig.spec("second", 16 * Rig.MIB, 1), other.resolve("second"));
            rig.start(Mode.ENFORCE);
            reader.open(second.getFirst()).act("close");
            rig.keeps(200, () -> assertThat(rig.counter("loads")).isZero());

            JsonNode answer = rig.reload(Rig.config(Mode.ENFORCE, other));

            assertThat(answer.path("changes").toString())
                    .contains("other added")
                    .contains("models removed");
            long events = rig.counter("events");
            reader.open(first.getFirst()).act("close");
            rig.keeps(200, () -> assertThat(rig.counter("events")).isEqualTo(events));
            reader.open(second.getFirst());
            rig.awaitResident(second.getFirst());
            reader.act("close");
            reader.kill();
            rig.awaitReleased(second);
            assertThat(rig.status().path("roots").path(0).path("path").asString())
                    .isEqualTo(other.toString());
            assertThat(rig.counter("errors")).isZero();
        }
    }

    @Test
    void aLoadUnderWayInANewRootIsPickedUp() throws Exception {
        try (Rig rig = Rig.make();
                Reader reader = Reader.start()) {
            Path other = Files.createDirectory(rig.folder.resolve("other"));
            List<Path> shards = rig.model(Rig.spec("second", 32 * Rig.MIB, 2), other.resolve("second"));
            rig.start(Mode.ENFORCE);
            reader.open(shards.getFirst());

            rig.reload(Rig.config(Mode.ENFORCE, rig.root, other));

            for (Path shard : shards) {
                rig.awaitResident(shard);
            }
            assertThat(rig.load().path("state").asString()).isEqualTo("loading");
            assertThat(rig.load().path("readers").path(0).path("pid").asLong()).isEqualTo(reader.pid());
            reader.kill();
            rig.awaitReleased(shards);
        }
    }

    @Test
    void theLoadOfARemovedRootEndsAndItsPagesStay() throws Exception {
        try (Rig rig = Rig.make();
                Reader reader = Reader.start()) {
            List<Path> shards = rig.model("llama", 32 * Rig.MIB, 2);
            Path other = Files.createDirectory(rig.folder.resolve("other"));
            rig.start(Mode.ENFORCE);
            reader.open(shards.getFirst());
            rig.awaitResident(shards.getLast());

            rig.reload(Rig.config(Mode.ENFORCE, other));

            rig.awaitLoadsDone(1);
            assertThat(rig.status().path("heldFiles").asInt()).isZero();
            reader.kill();
            rig.keeps(
                    1500,
                    () -> assertThat(rig.resident(shards.getLast())).isGreaterThanOrEqualTo(Rig.most(16 * Rig.MIB)));
            assertThat(rig.counter("evictedBytes")).isZero();
        }
    }

    @Test
    void fromEnforceToObserveActsStopAtOnce() throws Exception {
        try (Rig rig = Rig.make();
                Reader reader = Reader.start()) {
            List<Path> shards = rig.model("llama", 256 * Rig.MIB, 8);
            rig.start(Mode.ENFORCE);
            reader.open(shards.getFirst());
            rig.awaitCounter("prefetchedBytes", 1);

            JsonNode answer = rig.reload(Rig.config(Mode.OBSERVE, rig.root));

            assertThat(answer.path("changes").path(0).asString())
                    .contains("enforce")
                    .contains("-> observe");
            // chunks in flight come back, no new one is begun
            await().atMost(Rig.SOON)
                    .until(() ->
                            rig.status().path("governor").path("inFlightBytes").asLong() == 0);
            long landed = rig.counter("prefetchedBytes");
            reader.act("read");
            rig.keeps(300, () -> assertThat(rig.counter("prefetchedBytes")).isEqualTo(landed));
            long resident = rig.resident(shards);
            reader.act("close");
            reader.kill();
            rig.awaitLoadsDone(1);
            assertThat(rig.resident(shards)).isGreaterThanOrEqualTo(Rig.most(resident));
            assertThat(rig.counter("evictedBytes")).isZero();
            assertThat(rig.status().path("heldFiles").asInt()).isZero();
            assertThat(rig.journal("forecast")).hasSize(1);
            assertThat(rig.journal("done")).singleElement().satisfies(done -> {
                assertThat(done.path("prefetchedBytes").asLong()).isEqualTo(rig.counter("prefetchedBytes"));
                assertThat(done.path("wastedBytes").asLong()).isEqualTo(rig.counter("prefetchWastedBytes"));
                assertThat(done.path("unjudgedBytes").asLong()).isEqualTo(rig.counter("prefetchUnjudgedBytes"));
            });
        }
    }

    /** What is known of a root that stays outlives the reload: pages from before the load are kept apart from its own. */
    @Test
    void loadsAndBaselinesOfRootsThatStayGoOn() throws Exception {
        try (Rig rig = Rig.make();
                Reader reader = Reader.start()) {
            List<Path> shards = rig.model("llama", 32 * Rig.MIB, 2);
            Path other = Files.createDirectory(rig.folder.resolve("other"));
            rig.bringIn(shards.getFirst(), 0, 4 * Rig.MIB);
            long before = rig.resident(shards.getFirst());
            rig.start(Mode.ENFORCE);
            reader.open(shards.getFirst());
            rig.awaitResident(shards.getLast());

            rig.reload(Rig.config(Mode.ENFORCE, other, rig.root));
            rig.reload(Rig.config(Mode.ENFORCE, rig.root));

            assertThat(rig.load().path("state").asString()).isEqualTo("loading");
            reader.kill();
            rig.awaitReleased(shards.subList(1, 2));
            await().atMost(Rig.SOON)
                    .untilAsserted(
                            () -> assertThat(rig.resident(shards.getFirst())).isLessThanOrEqualTo(before + Rig.MIB));
            assertThat(rig.resident(shards.getFirst())).isGreaterThanOrEqualTo(Rig.most(before));
            assertThat(rig.counter("loads")).isEqualTo(1);
        }
    }

    @Test
    void aWrongConfigurationLeavesTheOneInForce() throws Exception {
        try (Rig rig = Rig.make();
                Reader reader = Reader.start()) {
            List<Path> shards = rig.model("llama", 16 * Rig.MIB, 1);
            rig.start(Mode.ENFORCE);

            JsonNode answer = rig.reload(policies -> {
                throw new ConfigException("/etc/nowake.yaml:3: unknown key 'rots'\n/etc/nowake.yaml:9: no policy 'x'");
            });

            assertThat(answer.path("error").path("code").asString()).isEqualTo("misconfigured");
            assertThat(answer.path("errors").size()).isEqualTo(2);
            assertThat(rig.status().path("reload").path("errors").path(1).asString())
                    .isEqualTo("/etc/nowake.yaml:9: no policy 'x'");
            assertThat(rig.counter("reloadsFailed")).isEqualTo(1);
            assertThat(rig.journal("reload")).hasSize(1);
            reader.open(shards.getFirst());
            rig.awaitResident(shards.getFirst());
            reader.kill();
            rig.awaitReleased(shards);

            rig.reload(Rig.config(Mode.OBSERVE, rig.root));
            assertThat(rig.status().path("reload").path("errors").isEmpty()).isTrue();
            assertThat(rig.status().path("mode").asString()).isEqualTo("observe");
        }
    }

    /** Whatever roots there were on the way, those there are in the end are heard, each once, and no others. */
    @Test
    void afterAnyReloadsTheRootsOfTheLastOneAreHeard() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        try (Rig rig = Rig.make();
                Reader reader = Reader.start()) {
            List<Path> roots = new ArrayList<>();
            List<Path> shards = new ArrayList<>();
            for (String name : List.of("a", "a/inner", "a/inner/most", "b", "b/inner", "c")) {
                Path root = Files.createDirectories(rig.root.resolve(name));
                roots.add(root);
                shards.addAll(
                        rig.model(Rig.spec("model-" + name.replace('/', '-'), Rig.MIB / 4, 1), root.resolve("own")));
            }
            rig.start(Mode.ENFORCE, roots.getFirst());
            for (int round = 0; round < 12; round++) {
                List<RootRule> chosen = new ArrayList<>();
                for (Path root : roots) {
                    if (random.nextBoolean()) {
                        chosen.add(new RootRule(root, Mode.ENFORCE, "load-and-release", Map.of()));
                    }
                }
                if (chosen.isEmpty()) {
                    continue;
                }
                rig.reload(new Config(Mode.ENFORCE, chosen));
                long loads = rig.counter("loads");
                long heard = shards.stream()
                        .filter(shard -> chosen.stream().anyMatch(root -> shard.startsWith(root.path())))
                        .count();
                for (Path shard : shards) {
                    reader.open(shard).act("close");
                }
                await("seed " + seed + ", round " + round + ", roots " + chosen)
                        .atMost(Rig.SOON)
                        .untilAsserted(
                                () -> assertThat(rig.counter("loadsDone")).isEqualTo(loads + heard));
            }
            assertThat(rig.counter("errors")).isZero();
        }
    }
}
