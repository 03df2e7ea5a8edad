package dev.nowake.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.agent.advice.MountLook;
import dev.nowake.agent.advice.MountLook.Opens;
import dev.nowake.kernel.proc.DeviceNumber;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.json.JsonMapper;

/** What opens do to a file's pages, and that a server that hangs holds doctor up nowhere. */
@Tag("kernel")
@Timeout(60)
class DoctorProbeKernelTest extends SlowMountCase {
    @Test
    void aProbeTellsWhatOpensDo() throws Exception {
        serve();
        assertThat(found(doctor("--probe"))).containsExactly("read-ahead");
        assertThat(server.served().requests()).as("one small file").isEqualTo(1);
        serve("--no-keep-cache");
        assertThat(found(doctor())).as("nobody looks without being told").containsExactly("read-ahead");
        assertThat(found(doctor("--probe"))).containsExactly("pages-dropped-at-open", "read-ahead");
    }

    /** It sees at real loads what a probe would try. */
    @Test
    void whatTheDaemonHasSeenIsBelieved() throws Exception {
        serve();
        String device =
                DeviceNumber.format(looks(Path.of("/")).getFirst().mount().device());
        String status = """
                {"roots": [{"path": "%s/below"}], "mounts": [
                 {"device": "%s", "dropsPagesAtOpen": true}, {"device": "x"}, {}]}
                """.formatted(mount, device);
        MountsInQuestion question =
                MountsInQuestion.look(List.of(), null, JsonMapper.shared().readTree(status));
        assertThat(question.looks()).singleElement().satisfies(look -> {
            assertThat(look.mount().mountPoint()).isEqualTo(mount);
            assertThat(look.opens()).isEqualTo(Opens.DROP_PAGES);
        });
        assertThat(question.origin()).isEqualTo("1 root, by the daemon");
    }

    @Test
    void aProbeWithNothingToTryItOnSaysSo() throws Exception {
        Files.delete(served.resolve("config.json"));
        serve();
        CliRun run = doctor("--probe");
        assertThat(found(run)).containsExactly("read-ahead");
        assertThat(run.err()).contains("no file of at most 1 MiB");
    }

    @Test
    @Timeout(30)
    void aServerThatHangsHoldsUpNothing() throws Exception {
        serve();
        run("kill", "-STOP", "" + server.pid());
        assertThat(found(doctor())).containsExactly("read-ahead");
        assertThat(found(doctor("--config", emptyConfig().toString()))).containsExactly("read-ahead");
        assertThat(doctor("--fix", "read-ahead").exit()).isZero();
        assertThat(found(doctor())).isEmpty();
    }

    private Path emptyConfig() throws Exception {
        return Files.writeString(folder.resolve("nowake.yaml"), "roots:\n- path: " + mount + "/below/it\n");
    }

    /** The process that probes stays until the server answers; whoever started it goes on. */
    @Test
    @Timeout(30)
    void aProbeOfAServerThatHangsIsGivenUp() throws Exception {
        serve();
        run("kill", "-STOP", "" + server.pid());
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(err, true, StandardCharsets.UTF_8);
        Invocation invocation = new Invocation(null, null, out, out, false);
        List<MountLook> looks = looks(Path.of("/"));
        assertThat(new MountProbe(invocation, Duration.ofSeconds(2)).look(looks, List.of(mount)))
                .isEqualTo(looks);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("not answered within 2 s");
    }
}
