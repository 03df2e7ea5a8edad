package dev.nowake.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.agent.control.ControlError;
import dev.nowake.agent.control.ControlServer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The verbs that switch something: what they ask, what they say, and their exit codes. */
class SwitchVerbsTest {
    @TempDir
    Path folder;

    private Map<String, Object> asked = Map.of();

    private CliRun tell(Object answer, String... words) throws IOException {
        Path socket = folder.resolve("sock");
        try (ControlServer daemon = new ControlServer(socket, request -> {
            asked = request;
            return answer;
        })) {
            assertThat(daemon).isNotNull();
            List<String> all = new java.util.ArrayList<>(List.of(words));
            all.addAll(List.of("--socket", socket.toString()));
            return CliRun.real(all.toArray(String[]::new));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "pause, '', paused until 'nowake resume'",
        "pause --for 10m, 600, paused for 10 min",
        "pause --for 1m30s, 90, paused for 90 s",
    })
    void pause(String words, String seconds, String line) throws IOException {
        Object left = seconds.isEmpty() ? "" : Double.valueOf(seconds);
        CliRun run = tell(Map.of("paused", true, "pausedLeftSeconds", left), words.split(" "));
        assertThat(run.out()).isEqualTo(line + "\n");
        assertThat(run.exit()).isZero();
        assertThat(asked).containsEntry("verb", "pause");
        assertThat(String.valueOf(asked.getOrDefault("forSeconds", ""))).isEqualTo(seconds);
    }

    @Test
    void resume() throws IOException {
        assertThat(tell(Map.of("wasPaused", true), "resume").out()).isEqualTo("resumed\n");
        assertThat(tell(Map.of("wasPaused", false), "resume").out()).isEqualTo("nothing was paused\n");
        assertThat(tell(Map.of("wasPaused", true, "disabled", true, "disableFile", "/run/x"), "resume")
                        .out())
                .isEqualTo("resumed; still disabled: remove /run/x\n");
    }

    @Test
    void keepAndUnkeep() throws IOException {
        assertThat(tell(Map.of("kept", List.of("llama", "qwen")), "keep", folder.toString(), "--for", "2h")
                        .out())
                .isEqualTo("kept for 2h: llama, qwen\n");
        assertThat(asked).containsEntry("forSeconds", 7200).containsKeys("target", "pathBase64");
        assertThat(tell(Map.of("unkept", List.of("llama")), "unkeep", "llama").out())
                .isEqualTo("kept no more: llama\n");
        assertThat(asked).containsEntry("target", "llama").doesNotContainKey("pathBase64");
        assertThat(tell(Map.of("unkept", List.of()), "unkeep", "--all").out()).isEqualTo("nothing was kept\n");
        assertThat(asked).containsEntry("all", true);
        tell(Map.of(), "unkeep", "--output=json").failedWith(ExitCode.USAGE, "usage", "or --all");
        tell(Map.of(), "unkeep", "x", "--all", "--output=json").failedWith(ExitCode.USAGE, "usage", "or --all");
    }

    @Test
    void enforceAndObserve() throws IOException {
        assertThat(tell(Map.of("acts", true), "enforce", "production").out()).isEqualTo("production: enforce\n");
        assertThat(asked).containsEntry("verb", "enforce").containsEntry("target", "production");
        assertThat(tell(Map.of("acts", true), "enforce", "/models").out())
                .isEqualTo("/models: enforce; rules with a mode of their own keep it\n");
        assertThat(tell(Map.of("acts", false, "pausedBy", "bob"), "observe", "x")
                        .out())
                .isEqualTo("x: observe; nothing is done now, paused by bob\n");
        assertThat(tell(Map.of("acts", true), "observe", "--reset", "x").out()).isEqualTo("x: as configured\n");
        assertThat(tell(Map.of("acts", true), "enforce", "--reset").out())
                .isEqualTo("every rule and root: as configured\n");
        assertThat(asked).containsEntry("reset", true).doesNotContainKey("target");
        tell(Map.of(), "observe", "--output=json").failedWith(ExitCode.USAGE, "usage", "--reset alone sets all back");
    }

    @ParameterizedTest
    @ValueSource(strings = {"pause", "resume", "reload", "keep x", "unkeep x", "enforce x", "observe x"})
    void whatTheDaemonRefusesIsTheExitCode(String words) throws IOException {
        String[] verb = (words + " --output=json").split(" ");
        tell(ControlError.of("not_permitted", "nobody may not 'pause': be root"), verb)
                .failedWith(ExitCode.NOT_PERMITTED, "not_permitted", "be root");
        tell(ControlError.of("no_model", "x is no model"), verb).failedWith(ExitCode.FAILED, "no_model", "no model");
        tell(ControlError.of("usage", "unknown verb"), verb).failedWith(ExitCode.FAILED, "usage", "unknown verb");
        assertThat(tell(Map.of("some", 1), verb).json().path("some").asInt()).isEqualTo(1);
        String[] alone = (words + " --output=json --socket " + folder.resolve("none")).split(" ");
        CliRun.real(alone).failedWith(ExitCode.FAILED, "no_daemon", "start one with 'nowake run'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"10", "0s", "-1m", "400d", "soon", "1h30"})
    void aLengthOfTimeHasUnits(String odd) throws IOException {
        tell(Map.of(), "pause", "--for=" + odd, "--output=json").failedWith(ExitCode.USAGE, "usage", odd);
    }

    @Test
    void topWithoutADaemonShowsTheHostAndNeedsATerminalToGoOn() {
        String none = folder.resolve("none").toString();
        CliRun once = CliRun.real("top", "--once", "--socket", none);
        assertThat(once.exit()).isZero();
        assertThat(once.out()).startsWith("no daemon answers on ").contains("\nNODE ");
        var json = CliRun.real("top", "--output=json", "--socket", none).json();
        assertThat(json.path("daemon").isNull()).isTrue();
        assertThat(json.path("host").path("nodes").path(0).path("freeBytes").asLong())
                .isPositive();
        assertThat(json.path("problem").asString()).startsWith("no daemon answers");
    }
}
