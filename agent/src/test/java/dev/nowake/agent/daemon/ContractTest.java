package dev.nowake.agent.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.agent.config.Mode;
import dev.nowake.agent.observe.Counter;
import dev.nowake.samples.ModelPlacement;
import dev.nowake.samples.ModelSpec.Format;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What others may build on: the fields of status and journal, and the names of models. */
@Tag("kernel")
final class ContractTest {
    @Test
    void statusAndJournalHaveTheirFields() throws Exception {
        try (Rig rig = Rig.make()) {
            List<Path> shards = rig.model("llama", 64 * Rig.MIB, 2);
            rig.start(Mode.ENFORCE);
            Reader.load("read", shards);
            rig.awaitLoadsDone(1);

            JsonNode status = rig.status();
            assertThat(status.path("mode").asString()).isEqualTo("enforce");
            assertThat(status.path("uptimeSeconds").asDouble()).isPositive();
            assertThat(status.path("roots").path(0).path("path").asString()).isEqualTo(rig.root.toString());
            JsonNode load = status.path("loads").path(0);
            assertThat(load.propertyNames())
                    .contains(
                            "model",
                            "state",
                            "readers",
                            "shardsOpened",
                            "prefetchedBytes",
                            "evictedBytes",
                            "residentBytes");
            assertThat(status.path("mounts").path(0).propertyNames())
                    .contains(
                            "path",
                            "device",
                            "fsType",
                            "budgetBytes",
                            "maxBytes",
                            "inFlightBytes",
                            "latencyMillis",
                            "dropsPagesAtOpen",
                            "fencedSeconds");
            for (Counter counter : Counter.values()) {
                assertThat(status.path("counters").path(counter.label()).isNumber())
                        .as(counter.label())
                        .isTrue();
            }

            rig.stop();
            for (String line : Files.readAllLines(rig.state.resolve("journal.jsonl"))) {
                JsonNode entry = JsonMapper.shared().readTree(line);
                assertThat(entry.path("time").asString())
                        .matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{6}Z");
                assertThat(Instant.parse(entry.path("time").asString())).isBefore(Instant.now());
                assertThat(entry.path("monotonicNanos").isNumber()).isTrue();
                assertThat(entry.path("kind").asString()).isNotEmpty();
            }
            JsonNode open = rig.journal("open").getFirst();
            assertThat(open.path("path").asString()).isEqualTo(shards.getFirst().toString());
            assertThat(open.path("pid").asInt()).isPositive();
            assertThat(open.path("model").asString()).isEqualTo("llama");
            assertThat(open.path("shard").asInt()).isZero();
            assertThat(open.path("residentBytes").isNumber()).isTrue();
            JsonNode plan = rig.journal("plan").getFirst();
            assertThat(plan.path("steps").path(0).path("reason").asString()).isNotEmpty();
            JsonNode close = rig.journal("close").getFirst();
            assertThat(close.path("residentBytes").isNumber()).isTrue();
            JsonNode release = rig.journal("release").getFirst();
            assertThat(release.path("evictedBytes").asLong())
                    .isEqualTo(load.path("evictedBytes").asLong());
            assertThat(rig.journal("outcome")).isNotEmpty();
        }
    }

    @Test
    void aNameThatIsNotTextIsEscapedAndWholeInBase64() throws Exception {
        try (Rig rig = Rig.make()) {
            List<Path> made = rig.model("llama", 16 * Rig.MIB, 1);
            // the shell makes the byte: not every JVM can name such a file
            String folder = rig.root.toString() + "/bad";
            Reader.run("bash", "-c", "d=$'" + folder + "\\xff\\nx'; mkdir \"$d\"; mv " + made.getFirst() + " \"$d\"");
            rig.start(Mode.ENFORCE);
            Reader.run("bash", "-c", "cat $'" + folder + "\\xff\\nx'/*.safetensors > /dev/null");
            rig.awaitLoadsDone(1);
            rig.stop();

            JsonNode open = rig.journal("open").getFirst();
            assertThat(open.path("path").asString()).endsWith("/bad\\xff\nx/model.safetensors");
            byte[] whole = Base64.getDecoder().decode(open.path("pathBase64").asString());
            assertThat(new String(whole, StandardCharsets.ISO_8859_1)).endsWith("/bad\u00ff\nx/model.safetensors");
        }
    }

    @Test
    void aHuggingFaceCacheIsNamedByItsRepository() throws Exception {
        try (Rig rig = Rig.make()) {
            List<Path> shards =
                    rig.model(Rig.spec("llama", 64 * Rig.MIB, 2).withPlacement(ModelPlacement.HUGGING_FACE), rig.root);
            assertThat(shards).allMatch(Files::isSymbolicLink);
            rig.start(Mode.ENFORCE);
            Reader.load("mmap", shards);
            rig.awaitLoadsDone(1);
            rig.awaitReleased(shards);

            assertThat(rig.load().path("model").asString()).isEqualTo("nowake/llama");
            assertThat(rig.load().path("shardsOpened").asInt()).isEqualTo(2);
        }
    }

    @Test
    void anOllamaStoreIsNamedByItsTags() throws Exception {
        try (Rig rig = Rig.make()) {
            List<Path> shards = rig.model(
                    Rig.spec("llama", 32 * Rig.MIB, 1).withFormat(Format.GGUF).withPlacement(ModelPlacement.OLLAMA),
                    rig.root);
            rig.start(Mode.ENFORCE);
            Reader.load("mmap", shards);
            rig.awaitLoadsDone(1);
            rig.awaitReleased(shards);

            assertThat(rig.load().path("model").asString()).isEqualTo("llama:latest");
        }
    }
}
