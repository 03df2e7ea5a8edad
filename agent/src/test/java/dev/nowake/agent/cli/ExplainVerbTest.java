package dev.nowake.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.agent.control.ControlServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Without a daemon: by a configuration. */
class ExplainVerbTest {
    @TempDir
    Path made;

    private Path folder;
    private Path file;
    private Path config;

    @BeforeEach
    void aModelAndRules() throws Exception {
        folder = made.toRealPath();
        Files.createDirectories(folder.resolve("models/llama"));
        file = ModelFiles.safetensors(folder.resolve("models/llama/model.safetensors"), ModelFiles.MIB, 4);
        config = Files.writeString(folder.resolve("nowake.yaml"), """
                roots: [{path: %s}]
                rules:
                - {name: large, match: {size: ">1GiB"}, policy: none}
                - {name: mine, match: {path: "llama/**"}, policy: whole-file, mode: enforce}
                """.formatted(folder.resolve("models")));
    }

    @Test
    void theRuleAndWhyAndWhatWouldBeDone() {
        JsonNode answer = explain(file.toString()).json();
        assertThat(answer.path("rule").path("name").asString()).isEqualTo("mine");
        assertThat(answer.path("rule").path("where").asString()).isEqualTo(config + ":4");
        assertThat(answer.path("rule").path("why").asString()).isEqualTo("path llama/**");
        JsonNode passed = answer.path("passedOver").path(0);
        assertThat(passed.path("name").asString()).isEqualTo("large");
        assertThat(passed.path("condition").asString()).isEqualTo("size >1GiB: the model has 1048576 bytes");
        assertThat(answer.path("mode").asString()).isEqualTo("enforce");
        assertThat(answer.path("policy").asString()).isEqualTo("whole-file");
        assertThat(answer.path("pid").isNull()).isTrue();
        JsonNode step = answer.path("prefetch").path("steps").path(0);
        assertThat(step.path("action").asString()).isEqualTo("prefetch");
        assertThat(step.path("lengthBytes").asLong()).isEqualTo(ModelFiles.MIB);
        assertThat(step.path("missingBytes").asLong()).isBetween(0L, (long) ModelFiles.MIB);
        assertThat(step.path("reason").asString()).isNotBlank();
    }

    @Test
    void aFolderStandsForItsFirstModelFile() {
        JsonNode answer = explain(folder.resolve("models").toString()).json();
        assertThat(answer.path("path").asString()).isEqualTo(file.toString());
    }

    @Test
    void rootsAloneHaveNoRules() {
        CliRun run = CliRun.real(
                "explain",
                "--output",
                "json",
                "--root",
                folder.resolve("models").toString(),
                file.toString());
        assertThat(run.json().path("rule").path("name").asString()).isEqualTo("root " + folder.resolve("models"));
        assertThat(run.json().path("policy").asString()).isEqualTo("load-and-release");
    }

    @Test
    void forPeople() {
        CliRun run = CliRun.real("explain", "--config", config.toString(), file.toString());
        assertThat(run.exit()).isZero();
        assertThat(run.out())
                .contains("rule      mine (" + config + ":4): path llama/**\n")
                .contains("not       large (" + config + ":3): size >1GiB: the model has 1048576 bytes\n")
                .contains("policy    whole-file")
                .doesNotContain("failed ")
                .contains("now   prefetch");
    }

    @Test
    void aPolicyThatFailsIsTold() throws Exception {
        JsonNode answer = explain(file.toString()).json();
        assertThat(answer.path("policyStatus").path("state").asString()).isEqualTo("ok");
        Path socket = folder.resolve("sock");
        Map<String, Object> theirs = Map.of(
                "name", "whole-file", "state", "disabled", "calls", 9, "failures", 3, "lastFailure", "p.js:2: Error");
        try (ControlServer daemon = new ControlServer(
                socket,
                request -> request.get("verb").equals("explain") ? answer : Map.of("policies", List.of(theirs)))) {
            assertThat(daemon).isNotNull();
            assertThat(CliRun.real("explain", "--socket", socket.toString(), file.toString())
                            .out())
                    .contains("failed    3 of 9 calls, disabled: its fallback answers; p.js:2: Error\n");
            assertThat(CliRun.real("explain", "--socket", socket.toString(), "--output", "json", file.toString())
                            .json()
                            .path("policyStatus")
                            .path("failures")
                            .asLong())
                    .isEqualTo(3);
        }
    }

    @Test
    void whatCannotBeExplained() throws Exception {
        explain(folder.resolve("absent").toString()).failedWith(ExitCode.FAILED, "not_found", "no such file");
        explain(config.toString()).failedWith(ExitCode.FAILED, "not_watched", "below no root");
        Path note = Files.writeString(folder.resolve("models/README"), "no model");
        explain(note.toString()).failedWith(ExitCode.FAILED, "no_model", "is no model file");
        CliRun.real("explain", "--output", "json", "--pid", "-1", "--config", config.toString(), file.toString())
                .failedWith(ExitCode.USAGE, "usage", "--pid is the number of a process");
    }

    @Test
    void theConfigurationIsCheckedAndShown() throws Exception {
        assertThat(CliRun.real("config", "check", "--config", config.toString()).out())
                .isEqualTo("good: 1 root, 2 rules\n");
        JsonNode rules = CliRun.real("config", "show", "--output", "json", "--config", config.toString())
                .json()
                .path("rules");
        assertThat(rules).hasSize(3);
        assertThat(rules.path(1).path("where").asString()).isEqualTo(config + ":4");
        assertThat(rules.path(1).path("match").asString()).isEqualTo("path llama/**");
        assertThat(rules.path(2).path("name").asString()).isEqualTo("root " + folder.resolve("models"));

        Files.writeString(config, "mod: x\nrules: [{}]\n");
        CliRun wrong = CliRun.real("config", "check", "--config", config.toString());
        assertThat(wrong.exit()).isEqualTo(ExitCode.USAGE);
        assertThat(wrong.err().lines())
                .contains(
                        "nowake: " + config + ":1: unknown key 'mod'; did you mean 'mode'?",
                        "nowake: " + config + ":2: a rule needs 'policy', the name of who decides");
    }

    @Test
    void everyPolicyThereIsMayBeNamed() throws Exception {
        Path policies = Files.createDirectory(folder.resolve("policies"));
        Files.writeString(policies.resolve("p.js"), """
                export const policy = { name: "next-two", api: 1, args: { window: "4GiB" } };
                export const prefetch = () => [];
                """);
        String text =
                "policies: [" + policies + "]\nrules:\n- policy: uma-guard\n- {policy: %s, args: {window: 1GiB}}\n";
        Files.writeString(config, text.formatted("next-two"));
        assertThat(CliRun.real("config", "check", "--config", config.toString()).out())
                .endsWith("good: 0 roots, 2 rules\n");
        Files.writeString(config, text.formatted("nxt-two"));
        assertThat(CliRun.real("config", "check", "--config", config.toString()).err())
                .contains(config + ":4: no policy 'nxt-two'; did you mean 'next-two'?");
    }

    private CliRun explain(String path) {
        return CliRun.real("explain", "--output", "json", "--config", config.toString(), path);
    }
}
