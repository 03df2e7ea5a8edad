package dev.nowake.agent.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.nowake.agent.config.Config;
import dev.nowake.agent.config.Mode;
import dev.nowake.agent.config.RootRule;
import dev.nowake.agent.control.ControlClient;
import dev.nowake.kernel.OpenFile;
import dev.nowake.kernel.PathBytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What an operator switches, by what becomes of pages. */
@Tag("kernel")
class SwitchesKernelTest {
    private static final long SIZE = 32 * Rig.MIB;

    private Rig rig;
    private SlowServer server;

    @BeforeEach
    void make() throws IOException {
        rig = Rig.make();
    }

    @AfterEach
    void end() throws Exception {
        rig.stop();
        if (server != null) {
            server.end();
        }
        rig.close();
    }

    private JsonNode tell(Map<String, Object> request) throws IOException {
        JsonNode answer = new ControlClient(rig.socket).ask(request);
        assertThat(answer.has("error")).as(answer.toString()).isFalse();
        return answer;
    }

    private JsonNode tell(String verb) throws IOException {
        return tell(Map.of("verb", verb));
    }

    private JsonNode about(String verb, Path path) throws IOException {
        Map<String, Object> request = new LinkedHashMap<>();
        request.put("verb", verb);
        request.put("target", path.toString());
        request.put("pathBase64", Base64.getEncoder().encodeToString(PathBytes.of(path)));
        return tell(request);
    }

    /** A counter's value when it has stood still for a second: what was in flight on a busy host may still come. */
    private long settledAt(String counter) {
        AtomicLong last = new AtomicLong(-1);
        rig.keeps(1200, () -> {
            long now = rig.counter(counter);
            assertThat(last.getAndSet(now)).isEqualTo(now);
        });
        return last.get();
    }

    /** Of a mount that returns 16 MiB a second: prefetch goes on for as long as the test needs. */
    @Test
    void nothingIsAskedForASecondAfterTheFileWasMadeAndAllOfItAfterItIsGone() throws Exception {
        SlowServer.compile();
        List<Path> below = rig.model("llama", 4 * SIZE, 4);
        Path mount = Files.createDirectory(rig.folder.resolve("mount"));
        server = SlowServer.start(rig.root, mount, 4_000, "--bandwidth", "" + 16 * Rig.MIB);
        rig.start(Mode.ENFORCE, mount);
        List<Path> shards = below.stream()
                .map(path -> mount.resolve("llama").resolve(path.getFileName()))
                .toList();
        Path disable = rig.socket.resolveSibling("disable");
        try (Reader reader = Reader.start()) {
            reader.open(shards.getFirst());
            rig.awaitCounter("prefetchedBytes", 1);
            Files.createFile(disable);
            long asked = settledAt("prefetchedBytes");
            assertThat(asked).isLessThan(2 * SIZE);
            assertThat(rig.status().path("switches").path("disabled").asBoolean())
                    .isTrue();
            assertThat(rig.load().path("suspended").asBoolean()).isTrue();

            Files.delete(disable);
            rig.awaitCounter("prefetchedBytes", asked + 8 * Rig.MIB);
        }
        await("released, but for what the server still returned of what was in flight")
                .atMost(Rig.SOON)
                .untilAsserted(() -> assertThat(rig.resident(shards)).isLessThan(4 * Rig.MIB));
        assertThat(rig.journal("switch").stream()
                        .map(line -> line.path("switch").asString()))
                .containsSequence("disable", "enable");
        assertThat(rig.counter("errors")).isZero();
    }

    @Test
    void aLoadThatEndsInAPauseIsReleasedWhenItIsOver() throws Exception {
        List<Path> shards = rig.model("llama", SIZE, 2);
        rig.start(Mode.ENFORCE);
        tell("pause");
        Reader.load("read", shards);
        rig.awaitLoadsDone(1);
        rig.keeps(600, () -> assertThat(rig.resident(shards)).isGreaterThanOrEqualTo(Rig.most(SIZE)));
        assertThat(rig.counter("prefetchedBytes")).isZero();
        assertThat(rig.journal("release"))
                .allSatisfy(
                        line -> assertThat(line.path("withheldBytes").asLong()).isPositive());

        tell("resume");
        rig.awaitReleased(shards);
    }

    /** Neither his coming nor his going is an event: this process's opens are none. */
    @Test
    void whatAPauseWithheldIsReleasedWhenOneWhoLooksAtTheFileJustThenHasGone() throws Exception {
        List<Path> shards = rig.model("llama", SIZE, 1);
        rig.start(Mode.ENFORCE);
        tell("pause");
        Reader.load("read", shards);
        rig.awaitLoadsDone(1);
        try (OpenFile looker = rig.kernel.files().open(shards.getFirst())) {
            tell("resume");
            rig.keeps(300, () -> assertThat(rig.resident(shards)).isGreaterThanOrEqualTo(Rig.most(SIZE)));
            assertThat(looker.isClosed()).isFalse();
        }
        rig.awaitReleased(shards);
    }

    /** What waits for the end of a pause was wanted by rules that may be gone by then. */
    @Test
    void whatAPauseWithheldIsForgottenWhenItsRootIsOnlyObservedOrGone() throws Exception {
        Path other = Files.createDirectory(rig.folder.resolve("other"));
        for (Config next : List.of(Rig.config(Mode.OBSERVE, rig.root), Rig.config(Mode.ENFORCE, other))) {
            List<Path> shards = rig.model("until-" + next.overallMode().label(), SIZE, 2);
            rig.start(Mode.ENFORCE);
            tell("pause");
            Reader.load("read", shards);
            await().atMost(Rig.SOON)
                    .until(() -> rig.journal("release").stream().anyMatch(line -> line.has("withheldBytes")));
            rig.reload(next);
            tell("resume");
            rig.keeps(400, () -> assertThat(rig.resident(shards)).isGreaterThanOrEqualTo(Rig.most(SIZE)));
            rig.stop();
            Files.delete(rig.state.resolve("journal.jsonl"));
        }
    }

    @Test
    void whatAPauseWithheldIsReleasedAfterAReloadThatLeavesItsRootAsItWas() throws Exception {
        List<Path> shards = rig.model("llama", SIZE, 1);
        Path other = Files.createDirectory(rig.folder.resolve("other"));
        rig.start(Mode.ENFORCE);
        tell("pause");
        Reader.load("read", shards);
        rig.awaitLoadsDone(1);
        rig.reload(Rig.config(Mode.ENFORCE, rig.root, other));
        tell("resume");
        rig.awaitReleased(shards);
    }

    @Test
    void aPauseThatIsToEndEnds() throws Exception {
        List<Path> shards = rig.model("llama", SIZE, 1);
        rig.start(Mode.ENFORCE);
        tell(Map.of("verb", "pause", "forSeconds", 2));
        Reader.load("mmap", shards);
        rig.awaitReleased(shards);
        assertThat(rig.status().path("switches").path("paused").asBoolean()).isFalse();
    }

    @Test
    void whatIsKeptOutlivesItsReleaseAndTheDaemon() throws Exception {
        List<Path> shards = rig.model("llama", SIZE, 2);
        List<Path> others = rig.model("qwen", SIZE, 1);
        rig.start(Mode.ENFORCE);
        assertThat(about("keep", shards.getLast()).path("kept").toString()).isEqualTo("[\"llama\"]");
        rig.stop();
        rig.start(Mode.ENFORCE);

        Reader.load("read", others);
        Reader.load("read", shards);
        rig.awaitLoadsDone(2);
        rig.awaitReleased(others);
        rig.keeps(500, () -> assertThat(rig.resident(shards)).isGreaterThanOrEqualTo(Rig.most(SIZE)));
        JsonNode kept = rig.status().path("switches").path("kept").path(0);
        assertThat(kept.path("model").asString()).isEqualTo("llama");
        assertThat(kept.path("files").asInt()).isEqualTo(2);

        about("unkeep", rig.root.resolve("llama"));
        rig.awaitReleased(shards);
    }

    @Test
    void oneRootAloneIsEnforced() throws Exception {
        Path one = Files.createDirectory(rig.folder.resolve("one"));
        Path two = Files.createDirectory(rig.folder.resolve("two"));
        List<Path> acted = rig.model(Rig.spec("acted", SIZE, 1), one.resolve("acted"));
        List<Path> observed = rig.model(Rig.spec("observed", SIZE, 1), two.resolve("observed"));
        rig.start(Mode.OBSERVE, one, two);
        about("enforce", one);
        assertThat(rig.status().path("mode").asString()).isEqualTo("enforce");

        Reader.load("read", observed);
        Reader.load("read", acted);
        rig.awaitReleased(acted);
        rig.awaitLoadsDone(2);
        assertThat(rig.resident(observed)).isGreaterThanOrEqualTo(Rig.most(SIZE));
        assertThat(rig.journal("forecast")).hasSize(1);

        tell(Map.of("verb", "observe", "reset", true));
        assertThat(rig.status().path("mode").asString()).isEqualTo("observe");
        Reader.load("read", acted);
        rig.awaitLoadsDone(3);
        assertThat(rig.resident(acted)).isGreaterThanOrEqualTo(Rig.most(SIZE));
    }

    @Test
    void aLoadUnderWayIsStoppedByObserveAndTakenUpAgain() throws Exception {
        List<Path> shards = rig.model("llama", SIZE, 2);
        rig.start(Mode.ENFORCE);
        try (Reader reader = Reader.start()) {
            reader.open(shards.getFirst());
            rig.awaitResident(shards.getLast());
            about("observe", rig.root);
            assertThat(rig.load().path("suspended").asBoolean()).isTrue();
        }
        rig.awaitLoadsDone(1);
        rig.keeps(400, () -> assertThat(rig.resident(shards)).isGreaterThanOrEqualTo(Rig.most(SIZE)));
        tell(Map.of("verb", "enforce", "reset", true));
        rig.awaitReleased(shards);
    }

    @Test
    void whatIsNotKnownIsOneClearError() throws Exception {
        rig.model("llama", SIZE, 1);
        Path other = Files.writeString(rig.root.resolve("notes.txt"), "none");
        rig.start(
                rig.kernel,
                new Config(Mode.OBSERVE, List.of(new RootRule(rig.root, Mode.OBSERVE, "load-and-release", Map.of()))));
        ControlClient client = new ControlClient(rig.socket);
        JsonNode kept =
                client.ask(Map.of("verb", "keep", "target", other.toString())).path("error");
        assertThat(kept.path("code").asString()).isEqualTo("no_model");
        assertThat(kept.path("message").asString()).contains("notes.txt is neither a model file");
        JsonNode set =
                client.ask(Map.of("verb", "enforce", "target", "production")).path("error");
        assertThat(set.path("code").asString()).isEqualTo("not_found");
        assertThat(set.path("message").asString()).contains("production is no rule and no root; there are " + rig.root);
        assertThat(client.ask(Map.of("verb", "unkeep", "target", "llama"))
                        .path("error")
                        .path("code")
                        .asString())
                .isEqualTo("not_kept");
        for (Object odd : List.of(0, -1, "10m", 1e18)) {
            assertThat(client.ask(Map.of("verb", "pause", "forSeconds", odd))
                            .path("error")
                            .path("code")
                            .asString())
                    .as("" + odd)
                    .isEqualTo("usage");
        }
        assertThat(rig.status().path("switches").path("acts").asBoolean()).isTrue();
    }
}
