package dev.nowake.agent.cli;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.nowake.agent.trace.TraceFiles;
import dev.nowake.policy.trace.Access;
import dev.nowake.policy.trace.Trace;
import dev.nowake.policy.trace.TraceHeader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** Traces on the running kernel: what a reader did is what is recorded, and what is recorded is what a replay brings. */
@Tag("kernel")
@Timeout(120)
class TraceKernelTest extends TraceCase {
    private static final long PAGES = 4 * 4096;

    /**
     * In MiB, to a hundredth: there is no event of a page that read-ahead did not bring (short of memory, say) and a read
     * had to fetch by itself.
     */
    private static List<String> places(Trace trace) {
        return trace.accesses().stream()
                .map(each -> trace.files().get(each.file()).name().text() + " " + each.offsetBytes() / MIB + " "
                        + Math.round(100.0 * each.lengthBytes() / MIB) / 100.0)
                .toList();
    }

    private List<String> expected() {
        return List.of(second + " 8 1.0", second + " 2 1.0", first + " 3 5.0");
    }

    @Test
    void whatAReaderDidIsRecordedColdAndWarm() throws Exception {
        for (String state : List.of("cold", "warm")) {
            CliRun run = CliRun.real(record("--", "sh", "-c", outOfOrder()));
            assertThat(run.exit()).as(run.err()).isZero();
            Trace recorded = TraceFiles.read(trace);
            assertThat(places(recorded)).as(state).isEqualTo(expected());
            assertThat(recorded.header().source()).isEqualTo(TraceHeader.Source.TRACEFS);
            assertThat(recorded.header().lostEvents()).isZero();
            assertThat(recorded.accesses().stream().map(Access::pid).distinct()).hasSize(3);
            assertThat(recorded.accesses().stream().map(Access::timeNanos).toList())
                    .isSorted();
            assertThat(run.json().get("distinctBytes").asLong()).isBetween(7L * MIB - PAGES, 7L * MIB);
        }
        assertThat(ownInstances(ProcessHandle.current().pid())).isEmpty();
    }

    @Test
    void onlyTheProcessAskedForIsRecorded() throws Exception {
        Process reader = new ProcessBuilder("sh", "-c", "read go; " + outOfOrder()).start();
        try (OutputStream go = reader.getOutputStream()) {
            Process recorder = java(record("--pid", "" + reader.pid()));
            await().atMost(30, SECONDS).until(() -> isRecording(recorder.pid()));
            assertThat(run("sh", "-c", read(first, 10, 2))).isZero();
            go.write("go\n".getBytes(StandardCharsets.UTF_8));
            go.flush();
            assertThat(recorder.waitFor()).as("ends with the process").isZero();
        } finally {
            reader.destroy();
        }
        assertThat(places(TraceFiles.read(trace))).isEqualTo(expected());
    }

    @Test
    void aSignalEndsTheRecordingAndKeepsIt() throws Exception {
        Process recorder = java(record());
        await().atMost(30, SECONDS).until(() -> isRecording(recorder.pid()));
        assertThat(run("sh", "-c", outOfOrder())).isZero();
        recorder.destroy();
        assertThat(recorder.waitFor()).isZero();
        assertThat(places(TraceFiles.read(trace))).isEqualTo(expected());
        assertThat(ownInstances(recorder.pid())).isEmpty();
    }

    @Test
    void theNextRecordingRemovesWhatAKilledOneLeft() throws Exception {
        Process recorder = java(record());
        await().atMost(30, SECONDS).until(() -> isRecording(recorder.pid()));
        recorder.destroyForcibly().waitFor();
        assertThat(ownInstances(recorder.pid())).hasSize(1);
        assertThat(CliRun.real(record("--", "true")).exit()).isZero();
        assertThat(ownInstances(recorder.pid())).isEmpty();
    }

    @Test
    void showSaysAndDraws() throws Exception {
        CliRun.real(record("--", "sh", "-c", outOfOrder()));
        Path drawing = folder.resolve("load.svg");
        CliRun table = CliRun.real("trace", "show", trace.toString(), "-o", drawing.toString());
        assertThat(table.out()).contains("touched 7.00 MiB, 7.00 MiB distinct", "3 accesses", "(tracefs)");
        assertThat(table.out().indexOf(second.toString()))
                .isLessThan(table.out().indexOf(first.toString()));
        assertThat(Files.readString(drawing)).startsWith("<svg ").contains(first.toString());
        JsonNode json = CliRun.real("trace", "show", "--output", "json", trace.toString())
                .json();
        assertThat(json.get("files").get(0).get("path").asString()).isEqualTo(second.toString());
        assertThat(json.get("touchedBytes").asLong()).isBetween(7L * MIB - PAGES, 7L * MIB);
    }

    /** A new instance is on before it is set up: its last event is looked at first. */
    private boolean isRecording(long pid) throws IOException {
        Path instance = tracefs.resolve("instances/nowake-" + pid);
        return isOn(instance.resolve("events/filemap/mm_filemap_add_to_page_cache/enable"))
                && isOn(instance.resolve("tracing_on"));
    }

    private static boolean isOn(Path file) throws IOException {
        return Files.exists(file) && Files.readString(file).startsWith("1");
    }

    private List<Path> ownInstances(long pid) throws IOException {
        try (Stream<Path> instances = Files.list(tracefs.resolve("instances"))) {
            return instances.filter(each -> each.endsWith("nowake-" + pid)).toList();
        }
    }

    private static Process java(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx128m",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
    }
}
