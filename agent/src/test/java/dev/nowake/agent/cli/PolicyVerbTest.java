package dev.nowake.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.agent.control.ControlServer;
import dev.nowake.agent.decide.PluginMaker;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class PolicyVerbTest {
    @TempDir
    Path folder;

    private CliRun policy(String... arguments) {
        List<String> all = new ArrayList<>(List.of("policy"));
        all.addAll(List.of(arguments));
        all.addAll(List.of("--socket", folder.resolve("sock").toString()));
        return CliRun.of(binding -> null, file -> false, false, all.toArray(String[]::new));
    }

    @Test
    void withoutADaemonThoseThatAreThere() throws Exception {
        CliRun shipped = policy("list", "--output", "json");
        assertThat(shipped.exit()).isZero();
        assertThat(shipped.json().path("policies"))
                .extracting(policy -> policy.path("name").asString())
                .contains("none", "load-and-release", "whole-file");

        PluginMaker.make(folder.resolve("mine.jar"), "public String name() { return \"mine\"; }");
        Files.writeString(folder.resolve("bad.jar"), "no jar");
        CliRun listed = policy("list", "--policies", folder.toString());
        assertThat(listed.exit()).isZero();
        assertThat(listed.out())
                .containsPattern("mine +1 +" + folder.resolve("mine.jar") + " +ok")
                .containsPattern("bad.jar +" + folder.resolve("bad.jar") + " +broken")
                .containsPattern("bad.jar: .*bad.jar: is no jar");
    }

    @Test
    void aDaemonsOwn() throws Exception {
        try (ControlServer daemon = new ControlServer(folder.resolve("sock"), this::answer)) {
            assertThat(daemon).isNotNull();
            JsonNode listed = policy("list", "--output", "json").json();
            assertThat(listed.path("policies").get(0).path("name").asString()).isEqualTo("theirs");
            CliRun table = policy("list");
            assertThat(table.out())
                    .containsPattern("theirs +1 +/p/theirs.js +disabled +9 +3 +12.5 us")
                    .contains("theirs: threw up");
            CliRun enabled = policy("enable", "theirs");
            assertThat(enabled.exit()).isZero();
            assertThat(enabled.out()).isEqualTo("enabled theirs\n");
            policy("enable", "other", "--output", "json").failedWith(ExitCode.FAILED, "usage", "no policy 'other'");
        }
    }

    private Object answer(Map<String, Object> request) {
        if (request.get("verb").equals("policies")) {
            return Map.of(
                    "policies",
                    List.of(Map.of(
                            "name",
                            "theirs",
                            "api",
                            1,
                            "origin",
                            "/p/theirs.js",
                            "state",
                            "disabled",
                            "calls",
                            9,
                            "failures",
                            3,
                            "lastFailure",
                            "threw up",
                            "medianMicros",
                            12.5)));
        }
        assertThat(request.get("verb")).isEqualTo("policy-enable");
        return request.get("name").equals("theirs")
                ? Map.of("enabled", "theirs")
                : Map.of("error", Map.of("code", "usage", "message", "no policy 'other'"));
    }

    @Test
    void whatIsMisusedSaysWhatToDo() throws Exception {
        policy("enable", "x", "--output", "json")
                .failedWith(ExitCode.FAILED, "no_daemon", "start one with 'nowake run'");
        policy("--output", "json").failedWith(ExitCode.USAGE, "usage", "which verb? list, enable");
        policy("lst", "--output", "json").failedWith(ExitCode.USAGE, "usage", "lst");
        Path plain = Files.createFile(folder.resolve("plain"));
        policy("list", "--policies", plain.toString(), "--output", "json")
                .failedWith(ExitCode.USAGE, "usage", "is not a folder: give the folder that holds the policies");
        assertThat(policy("list", "--help").out()).contains("--policies");
    }

    @Test
    void runTellsOfABrokenPolicyAndOfOneThatIsNotThere() throws Exception {
        Files.writeString(folder.resolve("bad.jar"), "no jar");
        CliRun run = CliRun.of(
                binding -> null,
                file -> false,
                false,
                "run",
                "--root",
                folder.toString(),
                "--policies",
                folder.toString(),
                "--policy",
                "mine");
        assertThat(run.exit()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err())
                .contains("bad.jar: is no jar")
                .contains("no policy 'mine'; did you mean 'none'? 'nowake policy list' shows all");
    }
}
