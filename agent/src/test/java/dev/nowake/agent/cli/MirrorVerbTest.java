package dev.nowake.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.agent.control.ControlError;
import dev.nowake.agent.control.ControlServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** How mirrors are shown by {@code status} and {@code mirror}. */
class MirrorVerbTest {
    @TempDir
    Path folder;

    private final List<Map<String, Object>> asked = new ArrayList<>();

    private CliRun tell(Object answer, String... words) throws IOException {
        Path socket = folder.resolve("sock");
        try (ControlServer daemon = new ControlServer(socket, request -> {
            asked.add(request);
            return answer;
        })) {
            assertThat(daemon).isNotNull();
            List<String> all = new ArrayList<>(List.of(words));
            all.addAll(List.of("--socket", socket.toString()));
            return CliRun.real(all.toArray(String[]::new));
        }
    }

    private static Object json(String text) {
        return JsonMapper.shared().readValue(text, Object.class);
    }

    private static final String FILES = """
            {"mirrors":[
              {"name":"m","local":"/m","remote":"/mnt/m","served":true,"notServed":null,"files":[
                {"path":"a.gguf","state":"failing","sizeBytes":2048,"hereBytes":1024,"waitingReaders":3,
                 "reason":"the remote\\n does not answer"},
                {"path":"b.gguf","state":"complete","sizeBytes":1024,"hereBytes":1024,"waitingReaders":0,"reason":null}],
               "moreFiles":7,"notShown":["pipe: is a pipe"]},
              {"name":"seen","local":"/s","remote":"/mnt/s","served":false,"notServed":"observe","files":[],
               "moreFiles":0,"notShown":[]}]}
            """;

    @Test
    void filesAreShownAndWhyTheyDoNotCome() throws IOException {
        CliRun run = tell(json(FILES), "mirror");
        assertThat(run.exit()).isZero();
        assertThat(run.out()).isEqualTo("""
                mirror m: /m <- /mnt/m
                STATE         HERE        OF  WAITING  FILE
                failing   1.00 KiB  2.00 KiB        3  a.gguf  the remote\\n does not answer
                complete  1.00 KiB  1.00 KiB        0  b.gguf
                and 7 more files: name a folder to see those below it
                not shown, or told of: pipe: is a pipe
                mirror seen: not served (observe)
                """);
        assertThat(asked.getFirst()).containsEntry("verb", "mirror-files").doesNotContainKey("target");
        assertThat(tell(json(FILES), "mirror", "--output=json").json().path("mirrors"))
                .hasSize(2);
    }

    @Test
    void aPathIsAskedForAsItIsHere() throws IOException {
        Path file = Files.createFile(folder.resolve("a.gguf"));
        tell(json(FILES), "mirror", file.toString());
        assertThat(asked.getFirst()).containsEntry("target", file.toString()).containsKey("pathBase64");
        tell(ControlError.of("not_mirrored", "x is neither a mirror's name nor a file"), "mirror", "x", "--output=json")
                .failedWith(ExitCode.FAILED, "not_mirrored", "neither a mirror's name");
        CliRun.real(
                        "mirror",
                        "--output=json",
                        "--socket",
                        folder.resolve("none").toString())
                .failedWith(ExitCode.FAILED, "no_daemon", "none");
    }

    @Test
    void statusHasALineForEach() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        MirrorTable.print(JsonMapper.shared().readTree("""
                [{"name":"m","local":"/m","remote":"/mnt/m","mode":"enforce","served":true,"waitsFor":"range",
                  "files":{"total":4,"complete":3,"hereBytes":1024,"sizeBytes":2048},
                  "disk":{"usedBytes":4096,"budgetBytes":8192,"freeBytes":1048576},
                  "filling":{"bytesPerSecond":1048576,"waitingReaders":2},
                  "remoteState":{"reachable":true,"lookedSecondsAgo":12.4},"troubles":[]},
                 {"name":"gone","local":"/g","remote":"/mnt/g","mode":"enforce","served":true,"waitsFor":"file",
                  "files":{"total":1,"complete":0,"hereBytes":0,"sizeBytes":2048},"disk":null,
                  "filling":{"bytesPerSecond":0,"waitingReaders":0},
                  "remoteState":{"reachable":false,"sinceSeconds":300.0},"troubles":["the remote does not answer: EIO"]},
                 {"name":"s","local":"/s","remote":"/mnt/s","mode":"observe","served":false,"notServed":"observe",
                  "files":null,"disk":null,"filling":null,"remoteState":null,"troubles":[]}]
                """), new PrintStream(out, true, StandardCharsets.UTF_8));
        assertThat(out.toString(StandardCharsets.UTF_8).lines().map(line -> line.replaceAll(" +", " ")))
                .containsExactly(
                        "MIRROR LOCAL <- REMOTE BRINGS COMPLETE HERE OF ON DISK BUDGET FREE RATE WAITING REMOTE",
                        "m /m <- /mnt/m ranges 3/4 1.00 KiB 2.00 KiB 4.00 KiB 8.00 KiB 1.00 MiB 1.00 MiB/s 2 looked at"
                                + " 12 s ago",
                        "gone /g <- /mnt/g whole files 0/1 0 B 2.00 KiB - - - 0 0 silent for 5 min",
                        "s /s <- /mnt/s not served (observe) - - - - - - - - -",
                        "mirror gone: the remote does not answer: EIO");
    }

    @Test
    void withoutMirrorsNothingIsPrinted() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        MirrorTable.print(JsonMapper.shared().readTree("[]"), new PrintStream(out, true, StandardCharsets.UTF_8));
        assertThat(out.size()).isZero();
        assertThat(MirrorTable.underWay(JsonMapper.shared().readTree("[]"))).isNull();
    }
}
