package dev.nowake.agent.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.nowake.agent.config.Config;
import dev.nowake.agent.config.ConfigFile;
import dev.nowake.agent.control.ControlClient;
import dev.nowake.agent.decide.PolicyRegistry;
import dev.nowake.kernel.FileStatus;
import dev.nowake.kernel.PathBytes;
import dev.nowake.model.FileId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@Tag("kernel")
final class RulesTest {
    @Test
    void theReadersCommandChoosesThePolicyAndExplainAgreesWithTheJournal() throws Exception {
        try (Rig rig = Rig.make();
                NamedReader eager = NamedReader.start(rig.folder, "eager-loader");
                NamedReader quiet = NamedReader.start(rig.folder, "quiet");
                NamedReader other = NamedReader.start(rig.folder, "other")) {
            List<Path> first = rig.model("first", 32 * Rig.MIB, 2);
            List<Path> second = rig.model("second", 32 * Rig.MIB, 2);
            Path deep = Files.createDirectory(rig.folder.resolve("more"));
            List<Path> third = rig.model(Rig.spec("third", 32 * Rig.MIB, 2), deep);
            Config config = config(rig, deep);
            rig.start(rig.kernel, config);

            // both could read either: who does it decides
            agrees(rig, config, eager, first, "eager", "enforce", "whole-file", 1);
            agrees(rig, config, quiet, second, "quiet", "observe", "none", 2);
            agrees(rig, config, other, third, "root " + deep, "observe", "load-and-release", 3);

            rig.awaitResident(first.getFirst());
            assertThat(rig.resident(second)).isLessThan(2 * Rig.MIB);
        }
    }

    @Test
    void aLaterReaderDoesNotChangeTheRuleOfALoad() throws Exception {
        try (Rig rig = Rig.make();
                NamedReader quiet = NamedReader.start(rig.folder, "quiet");
                NamedReader eager = NamedReader.start(rig.folder, "eager-loader")) {
            List<Path> shards = rig.model("model", 32 * Rig.MIB, 2);
            rig.start(rig.kernel, config(rig, rig.folder.resolve("absent")));

            quiet.open(shards.getFirst());
            rig.awaitCounter("opens", 1);
            eager.open(shards.getLast());
            rig.awaitCounter("opens", 2);

            JsonNode explained = explain(rig, shards.getLast(), eager.pid());
            assertThat(explained.path("rule").path("name").asString()).isEqualTo("eager");
            assertThat(explained.path("load").path("rule").asString()).isEqualTo("quiet");
            assertThat(explained.path("load").path("policy").asString()).isEqualTo("none");
            assertThat(explained.path("load").path("readers").asInt()).isEqualTo(2);
            assertThat(explained.path("prefetch").path("steps")).isEmpty();
            rig.stop();
            assertThat(rig.journal("open"))
                    .extracting(line -> line.path("rule").asString())
                    .containsOnly("quiet");
        }
    }

    @Test
    void whatCannotBeExplainedIsSaidInOneLine() throws Exception {
        try (Rig rig = Rig.make()) {
            Path note = Files.writeString(rig.root.resolve("README.md"), "no model");
            rig.start(rig.kernel, config(rig, rig.folder.resolve("absent")));

            assertThat(explain(rig, note, 0).path("error").path("code").asString())
                    .isEqualTo("no_model");
            assertThat(explain(rig, Path.of("/etc/passwd"), 0)
                            .path("error")
                            .path("code")
                            .asString())
                    .isEqualTo("not_watched");
            assertThat(new ControlClient(rig.socket)
                            .ask(Map.of("verb", "explain", "pid", "x"))
                            .path("error")
                            .path("code")
                            .asString())
                    .isEqualTo("usage");
        }
    }

    private static Config config(Rig rig, Path deep) throws Exception {
        return ConfigFile.read(Files.writeString(rig.folder.resolve("nowake.yaml"), """
                roots:
                - path: %s
                - path: %s
                rules:
                - {name: other format, match: {format: gguf}, policy: none}
                - {name: eager, match: {command: "eager-*"}, policy: whole-file, mode: enforce}
                - {name: quiet, match: {command: quiet, path: "**/*.safetensors"}, policy: none}
                """.formatted(rig.root, deep)));
    }

    private static void agrees(
            Rig rig,
            Config config,
            NamedReader reader,
            List<Path> shards,
            String rule,
            String mode,
            String policy,
            int opens)
            throws Exception {
        Path shard = shards.getFirst();
        JsonNode explained = explain(rig, shard, reader.pid());
        assertThat(explained.path("rule").path("name").asString()).isEqualTo(rule);
        assertThat(explained.path("mode").asString()).isEqualTo(mode);
        assertThat(explained.path("policy").asString()).isEqualTo(policy);
        assertThat(explained.path("load").isNull()).isTrue();
        JsonNode alone = JsonMapper.shared()
                .valueToTree(OfflineExplain.explain(
                        rig.kernel, config, new PolicyRegistry(), shard, id(rig, shard), reader.pid()));
        for (String key : List.of("rule", "passedOver", "mode", "policy", "args", "fallback", "model", "shard")) {
            assertThat(alone.path(key)).as(key).hasToString(explained.path(key).toString());
        }
        assertThat(alone.path("prefetch").path("steps").size())
                .isEqualTo(explained.path("prefetch").path("steps").size());
        long explainedBytes = 0;
        for (JsonNode step : explained.path("prefetch").path("steps")) {
            assertThat(step.path("missingBytes").asLong())
                    .isLessThanOrEqualTo(step.path("lengthBytes").asLong());
            explainedBytes += step.path("lengthBytes").asLong();
        }

        reader.open(shard);
        rig.awaitCounter("opens", opens);
        await().atMost(Rig.SOON)
                .untilAsserted(() -> assertThat(rig.journal("open")).hasSize(opens));

        JsonNode opened = rig.journal("open").getLast();
        assertThat(opened.path("rule").asString()).isEqualTo(rule);
        assertThat(opened.path("mode").asString()).isEqualTo(mode);
        assertThat(opened.path("pid").asInt()).isEqualTo(reader.pid());
        String model = opened.path("model").asString();
        assertThat(model).isEqualTo(explained.path("model").path("name").asString());
        long plannedBytes = 0;
        if (explainedBytes > 0) {
            await().atMost(Rig.SOON)
                    .until(() -> rig.journal("plan").stream()
                            .anyMatch(line -> line.path("model").asString().equals(model)));
            JsonNode plan = rig.journal("plan").stream()
                    .filter(line -> line.path("model").asString().equals(model))
                    .findFirst()
                    .orElseThrow();
            assertThat(plan.path("policy").asString()).isEqualTo(policy);
            JsonNode foretold = explained.path("prefetch").path("steps").path(0);
            assertThat(foretold.path("nodes").isArray()).isTrue();
            for (JsonNode step : plan.path("steps")) {
                plannedBytes += step.path("lengthBytes").asLong();
                assertThat(step.path("nodes")).isEqualTo(foretold.path("nodes"));
                assertThat(step.path("nodesBy")).isEqualTo(foretold.path("nodesBy"));
            }
            assertThat(rig.load().path("nodes")).isEqualTo(foretold.path("nodes"));
            assertThat(rig.load().path("nodesBy")).isEqualTo(foretold.path("nodesBy"));
        }
        assertThat(plannedBytes).isEqualTo(explainedBytes);
    }

    private static FileId id(Rig rig, Path path) throws IOException {
        FileStatus status = rig.kernel.files().status(path);
        return new FileId(status.device(), status.inode());
    }

    static JsonNode explain(Rig rig, Path path, int pid) throws IOException {
        FileId id = id(rig, path);
        return new ControlClient(rig.socket)
                .ask(Map.of(
                        "verb", "explain",
                        "pathBase64", Base64.getEncoder().encodeToString(PathBytes.of(path)),
                        "device", id.device(),
                        "inode", id.inode(),
                        "pid", pid));
    }
}
