package dev.nowake.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.agent.cli.HostLook.NodeMemory;
import dev.nowake.kernel.proc.Pressure;
import dev.nowake.kernel.proc.Pressure.Stall;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class TopFrameTest {
    private static final long GIB = 1L << 30;

    private static final String STATUS = """
            {"mode":"enforce","pid":4711,"uptimeSeconds":7300.5,"roots":[{},{}],
             "switches":{"acts":false,"disabled":false,"paused":true,"pausedBy":"alice","pausedLeftSeconds":481.0,
                         "set":[{"rule":"production","mode":"observe"}],"kept":[{"model":"qwen"}]},
             "governor":{"looks":3,"roomBytes":8589934592,"marginBytes":67108864,"inFlightBytes":33554432,
                         "pages":"large","unrest":false,"shortage":null},
             "loads":[
               {"model":"old-1","state":"done","readers":[],"sizeBytes":100,"readBytes":100,"residentBytes":0},
               {"model":"meta-llama--Llama-3.1-70B-Instruct-of-a-very-long-name","state":"loading","mode":"enforce",
                "suspended":false,"readers":[{"pid":900001},{"pid":900002}],"sizeBytes":1000,"readBytes":500,
                "aheadBytes":250,"bytesPerSecond":2254857830,"windowBytes":17179869184,"residentBytes":1073741824},
               {"model":"stopped","state":"loading","mode":"enforce","suspended":true,"readers":[{"pid":7}],
                "sizeBytes":1000,"readBytes":0,"aheadBytes":0,"bytesPerSecond":0,"windowBytes":null,"residentBytes":null},
               {"model":"seen","state":"loading","mode":"observe","suspended":false,"readers":[],
                "sizeBytes":0,"readBytes":0,"aheadBytes":null,"bytesPerSecond":null,"residentBytes":null}],
             "mounts":[{"path":"/models","fsType":"xfs","inFlightBytes":33554432,"budgetBytes":67108864,
                        "latencyMillis":3.2,"fencedSeconds":null}],
             "counters":{"prefetchedBytes":1073741824,"evictedBytes":0,"loads":3,"errors":1}}
            """;

    private static HostLook look(long freeBytes, long kswapdPages, long atNanos) {
        Pressure some = new Pressure(new Stall(1.5, 0, 0, 0), Stall.NONE);
        return new HostLook(
                List.of(new NodeMemory(0, freeBytes, GIB, 2 * GIB, 64 * GIB), new NodeMemory(1, 0, 0, 0, 0)),
                some,
                some,
                kswapdPages,
                0,
                0,
                atNanos);
    }

    private static List<String> frame(String status, int width, int height) {
        JsonNode answer = status == null ? null : JsonMapper.shared().readTree(status);
        return TopFrame.of(
                look(GIB, 250_000, 2_000_000_000L),
                look(GIB, 50_000, 1_000_000_000L),
                answer,
                answer == null ? "no daemon answers on /run/nowake/nowake.sock" : null,
                width,
                height);
    }

    @Test
    void everythingOnEightyColumns() {
        assertThat(String.join("\n", frame(STATUS, 80, 100))).isEqualTo("""
                nowake: enforce, pid 4711, up 2 h, 2 roots
                NOTHING IS DONE, paused by alice for 8 min more
                1 rules or roots set apart, 1 models kept; see 'nowake status'
                room 8.00 GiB beyond 64.0 MiB, in flight 32.0 MiB, large folios
                pressure: memory 1.50/0.00 io 1.50/0.00   scanned: kswapd 200k/s direct 0/s

                NODE      FREE       LOW      HIGH        OF
                0     1.00 GiB  1.00 GiB  2.00 GiB  64.0 GiB  [............] kswapd is awake
                1          0 B       0 B       0 B       0 B  [............]

                LOAD          STATE          PID     RATE  READ                  AHEAD  RESIDENT
                ~y-long-name  loading   900001+1  2.10G/s  [####++..] 50%   250B/16.0G     1.00G
                stopped       stopped          7        0  [........] 0%            0B         -
                seen          observed         -        -  [........] 0%             -         -
                old-1         done             -        -  [########] 100%           -        0B

                MOUNT    TYPE  IN FLIGHT    BUDGET  LATENCY
                /models  xfs    32.0 MiB  64.0 MiB  3.20 ms

                prefetched 1.00 GiB  loads 3  errors 1""");
    }

    @Test
    void aWideOneShowsWholeNamesAndWhatIsResident() {
        assertThat(String.join("\n", frame(STATUS, 200, 100)))
                .contains("meta-llama--Llama-3.1-70B-Instruct-of-a-very-long-name")
                .contains("RESIDENT")
                .contains("250B/16.0G     1.00G");
    }

    @Test
    void withoutADaemonTheHostIsShown() {
        assertThat(String.join("\n", frame(null, 80, 100)))
                .startsWith("no daemon answers on /run/nowake/nowake.sock\npressure:")
                .contains("kswapd is awake")
                .doesNotContain("LOAD");
    }

    @Test
    void noLineIsLongerAndNoFrameHigherThanTheTerminal() {
        for (int width = 1; width < 130; width += 7) {
            for (int height : List.of(0, 1, 5, 24)) {
                List<String> lines = frame(STATUS, width, height);
                assertThat(lines).hasSizeBetween(1, Math.max(1, height));
                int columns = Math.max(20, width);
                assertThat(lines).allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(columns));
            }
        }
    }

    @Test
    void whateverTheDaemonAnswersIsDrawn() {
        for (String odd : List.of("{}", "{\"loads\":[{}],\"mounts\":[{}]}", "{\"loads\":7,\"counters\":[]}", "[]")) {
            assertThat(frame(odd, 80, 24)).isNotEmpty();
        }
        String hostile = "{\"loads\":[{\"model\":\"\\u001b[2J\\nx\",\"state\":\"\\u0007\"}]}";
        assertThat(frame(hostile, 80, 24)).allSatisfy(line -> assertThat(line).matches("[\\x20-\\x7e]*"));
    }

    /** In a terminal of its own: drawn, ended by q, and put back. */
    @Test
    void theTerminalIsAsItWasAfterwards(@TempDir Path folder) throws Exception {
        Path java = Path.of(ProcessHandle.current().info().command().orElse("java"));
        String top = java + " --enable-native-access=ALL-UNNAMED -XX:TieredStopAtLevel=1 -Xmx64m -cp "
                + System.getProperty("java.class.path") + " " + Main.class.getName() + " top --socket "
                + folder.resolve("none");
        Path inside = Files.writeString(
                folder.resolve("inside.sh"),
                "stty rows 24 cols 80; stty -a > before\n" + top + "\necho $? > code; stty -a > after\n");
        Process script = new ProcessBuilder("script", "-qec", "sh " + inside, "typescript")
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            Path typescript = folder.resolve("typescript");
            org.awaitility.Awaitility.await("a frame")
                    .atMost(30, TimeUnit.SECONDS)
                    .until(() -> Files.exists(typescript)
                            && Files.readString(typescript, StandardCharsets.ISO_8859_1)
                                    .contains("NODE"));
            script.outputWriter().write("q");
            script.outputWriter().flush();
            assertThat(script.waitFor(20, TimeUnit.SECONDS)).isTrue();
        } finally {
            script.destroyForcibly();
        }
        assertThat(folder.resolve("code")).hasContent("0");
        assertThat(read(folder.resolve("after")))
                .isEqualTo(read(folder.resolve("before")))
                .contains(" icanon");
        assertThat(Files.readString(folder.resolve("typescript"), StandardCharsets.ISO_8859_1))
                .contains("no daemon answers")
                .contains("\u001b[?1049h")
                .contains("\u001b[?1049l");
    }

    private static String read(Path file) throws IOException {
        return Files.readString(file);
    }

    @Test
    void mirrorsThatBringBytesOrAreInTrouble() {
        String mirrors = """
                ,"mirrors":[
                  {"name":"quiet","served":true,"mode":"enforce","filling":{"waitingReaders":0},"troubles":[]},
                  {"name":"watched","served":false,"notServed":"observe","mode":"observe","troubles":[]},
                  {"name":"refused","served":false,"notServed":"no room","mode":"enforce","troubles":[]},
                  {"name":"models","served":true,"mode":"enforce","files":{"hereBytes":1073741824,"sizeBytes":3221225472},
                   "filling":{"bytesPerSecond":104857600,"piecesUnderWay":4,"waitingReaders":2},"troubles":[]}]}
                """;
        String status = STATUS.strip();
        List<String> lines = frame(status.substring(0, status.length() - 1) + mirrors, 80, 100);
        assertThat(lines)
                .containsSubsequence(
                        "MIRROR        RATE  WAITING      HERE        OF",
                        "refused          0        -         -         -  not served (no room)",
                        "models   100 MiB/s        2  1.00 GiB  3.00 GiB")
                .noneMatch(line -> line.contains("quiet") || line.contains("watched"));
    }
}
