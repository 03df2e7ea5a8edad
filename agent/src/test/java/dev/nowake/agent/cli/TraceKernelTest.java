package dev.nowake.agent.cli;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.nowake.agent.trace.TraceFiles;
import dev.nowake.kernel.OpenFile;
import dev.nowake.kernel.linux.Binding;
import dev.nowake.kernel.linux.LinuxKernel;
import dev.nowake.kernel.proc.MountInfo;
import dev.nowake.policy.trace.Access;
import dev.nowake.policy.trace.Trace;
import dev.nowake.policy.trace.TraceHeader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Traces on the running kernel: what a reader did is what is recorded, and what is recorded is what a replay brings. */
@Tag("kernel")
@Timeout(120)
class TraceKernelTest {
    private static final int MIB = ModelFiles.MIB;
    private static final int SIZE = 16 * MIB;

    @TempDir
    private Path folder;

    private final LinuxKernel kernel = LinuxKernel.open(Binding.FFM);
    private Path tracefs;
    private boolean mounted;
    private Path first;
    private Path second;
    private Path trace;

    @BeforeEach
    void aColdModelAndEvents() throws Exception {
        assumeTrue(Files.isWritable(Path.of("/proc/1/oom_score_adj")), "needs root");
        tracefs = MountInfo.read().mounts().stream()
                .filter(mount -> mount.fsType().equals("tracefs"))
                .map(mount -> mount.mountPoint())
                .findFirst()
                .orElse(null);
        if (tracefs == null) {
            tracefs = Files.createDirectory(folder.resolve("tracefs"));
            mounted = run("mount", "-t", "tracefs", "nodev", tracefs.toString()) == 0;
            assumeTrue(mounted, "no tracefs");
        }
        assumeTrue(Files.exists(tracefs.resolve("events/filemap/mm_filemap_get_pages")), "an older kernel");
        Path models = Files.createDirectory(folder.resolve("models"));
        first = ModelFiles.safetensors(models.resolve("model-00001-of-00002.safetensors"), SIZE, 5);
        second = ModelFiles.safetensors(models.resolve("model-00002-of-00002.safetensors"), SIZE, 3);
        trace = folder.resolve("load.trace");
        evict();
    }

    @AfterEach
    void unmount() throws Exception {
        if (mounted) {
            run("umount", tracefs.toString());
        }
    }

    private static int run(String... command) throws IOException, InterruptedException {
        return new ProcessBuilder(command).inheritIO().start().waitFor();
    }

    private void evict() throws IOException {
        assertThat(CliRun.real("evict", "--wait", "20", first.toString(), second.toString())
                        .exit())
                .isZero();
        assertThat(resident(first, 0, SIZE) + resident(second, 0, SIZE)).isZero();
    }

    private long resident(Path path, long offset, long length) throws IOException {
        try (OpenFile file = kernel.files().open(path)) {
            return kernel.pageCache().residency(file, offset, length).residentBytes();
        }
    }

    /** Reads so many MiB from an offset in MiB, by one process that does nothing else. */
    private static String read(Path path, int offset, int count) {
        return "dd if=" + path + " of=/dev/null bs=1M skip=" + offset + " count=" + count + " status=none";
    }

    private String[] record(String... more) {
        List<String> arguments = new ArrayList<>(List.of(
                "trace",
                "record",
                "--output",
                "json",
                "-o",
                trace.toString(),
                "--root",
                first.getParent().toString()));
        arguments.addAll(List.of(more));
        return arguments.toArray(String[]::new);
    }

    private static List<String> places(Trace trace) {
        return trace.accesses().stream()
                .map(each -> trace.files().get(each.file()).name().text() + " " + each.offsetBytes() / MIB + " "
                        + (double) each.lengthBytes() / MIB)
                .toList();
    }

    private String outOfOrder() {
        return read(second, 8, 1) + "; " + read(second, 2, 1) + "; " + read(first, 3, 5);
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
            assertThat(run.json().get("distinctBytes").asLong()).isEqualTo(7L * MIB);
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
    void aReplayBringsWhatWasRecordedAndNoMoreThanReadAhead() throws Exception {
        CliRun.real(record("--", "sh", "-c", outOfOrder()));
        evict();
        CliRun replay = CliRun.real("trace", "replay", "--output", "json", trace.toString());
        assertThat(replay.exit()).as(replay.err()).isZero();
        assertThat(replay.json().propertyNames())
                .containsExactly(
                        "files", "requestedBytes", "landedBytes", "alreadyResidentBytes", "seconds", "mechanism");
        assertThat(replay.json().get("landedBytes").asLong()).isEqualTo(7L * MIB);
        assertThat(resident(second, 8 * MIB, MIB)).isEqualTo(MIB);
        assertThat(resident(second, 2 * MIB, MIB)).isEqualTo(MIB);
        assertThat(resident(first, 3 * MIB, 5 * MIB)).isEqualTo(5 * MIB);
        assertThat(resident(second, 0, 2 * MIB))
                .as("in front of all that was read")
                .isZero();
    }

    /**
     * The kernel's own record of what came into page cache is in the trace's order, and the window is kept. Backwards:
     * read-ahead of one piece cannot bring the next.
     */
    @Test
    void evictingBehindKeepsTheOrderAndTheWindow() throws Exception {
        StringBuilder lines = new StringBuilder();
        for (int each = 7; each >= 0; each--) {
            lines.append(second + " " + each * 2L * MIB + " " + 2L * MIB + " 0\n");
        }
        Files.writeString(trace, lines);
        Path instance = Files.createDirectory(
                tracefs.resolve("instances/test-" + ProcessHandle.current().pid()));
        CliRun replay;
        List<Long> came = new ArrayList<>();
        try {
            Files.writeString(instance.resolve("events/filemap/mm_filemap_add_to_page_cache/enable"), "1");
            replay = CliRun.real(
                    "trace", "replay", "--evict-behind", "--window", "8MiB", "--output", "json", trace.toString());
            Files.writeString(instance.resolve("tracing_on"), "0");
            String inode = " ino " + Long.toHexString((Long) Files.getAttribute(second, "unix:ino")) + " ";
            try (Stream<String> events = Files.lines(instance.resolve("trace"), StandardCharsets.ISO_8859_1)) {
                events.filter(line -> line.contains(inode)).forEach(line -> {
                    long chunk = Long.parseLong(line.replaceAll(".* ofs=(\\d+).*", "$1")) / (2L * MIB);
                    if (!came.contains(chunk)) {
                        came.add(chunk);
                    }
                });
            }
        } finally {
            Files.delete(instance);
        }
        assertThat(replay.exit()).as(replay.err()).isZero();
        assertThat(replay.err()).contains("only sizes were looked at");
        assertThat(came).containsExactly(7L, 6L, 5L, 4L, 3L, 2L, 1L, 0L);
        assertThat(replay.json().get("landedBytes").asLong()).isEqualTo(SIZE);
        assertThat(replay.json().get("evictedBytes").asLong()).isGreaterThanOrEqualTo(SIZE - 8L * MIB);
        assertThat(resident(second, 0, SIZE)).isLessThanOrEqualTo(8L * MIB);
        assertThat(resident(second, 0, 2 * MIB)).as("the last stays").isEqualTo(2L * MIB);
    }

    @Test
    void pagesThatWereThereStay() throws Exception {
        assertThat(run("dd", "if=" + second, "of=/dev/null", "bs=4k", "count=1", "status=none"))
                .isZero();
        long before = resident(second, 0, SIZE);
        assertThat(before).isBetween(4096L, 4L * MIB);
        Files.writeString(trace, second + " 0 " + SIZE + " 0\n");
        CliRun.real("trace", "replay", "--evict-behind", "--window", "8MiB", trace.toString());
        assertThat(resident(second, 0, before)).isEqualTo(before);
        assertThat(resident(second, 0, SIZE)).isLessThanOrEqualTo(before + 8L * MIB);
    }

    @Test
    void anotherVersionIsRefused() throws Exception {
        CliRun.real(record("--", "sh", "-c", outOfOrder()));
        evict();
        FileTime before = Files.getLastModifiedTime(first);
        Files.setLastModifiedTime(first, FileTime.fromMillis(before.toMillis() + 1000));
        CliRun.real("trace", "replay", "--output", "json", trace.toString())
                .failedWith(
                        ExitCode.FAILED, "other_version", first + ": not the file that was recorded: it was modified");
        assertThat(resident(second, 0, SIZE)).as("nothing was begun").isZero();
        Files.setLastModifiedTime(first, before);
        Files.writeString(first, "x", java.nio.file.StandardOpenOption.APPEND);
        CliRun.real("trace", "replay", "--output", "json", trace.toString())
                .failedWith(ExitCode.FAILED, "other_version", "its size was " + SIZE + " bytes and is " + (SIZE + 1));
        Files.delete(first);
        CliRun.real("trace", "replay", "--output", "json", trace.toString())
                .failedWith(ExitCode.FAILED, "not_found", first.toString());
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
        assertThat(json.get("touchedBytes").asLong()).isEqualTo(7L * MIB);
    }

    @Test
    void whatMaioReadsIsReplayedToo() throws Exception {
        CliRun.real(record("--format", "maio", "--", "sh", "-c", outOfOrder()));
        assertThat(Files.readAllLines(trace))
                .hasSize(3)
                .first()
                .asString()
                .startsWith(second + " " + 8 * MIB + " " + MIB);
        evict();
        CliRun replay = CliRun.real("trace", "replay", "--output", "json", trace.toString());
        assertThat(replay.err()).as("identity stands behind the four words").isEmpty();
        assertThat(replay.json().get("landedBytes").asLong()).isEqualTo(7L * MIB);
    }

    private boolean isRecording(long pid) throws IOException {
        Path on = tracefs.resolve("instances/nowake-" + pid + "/tracing_on");
        return Files.exists(on) && Files.readString(on).strip().equals("1");
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
