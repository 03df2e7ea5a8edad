package dev.nowake.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nowake.agent.advice.Advice;
import dev.nowake.agent.advice.Change;
import dev.nowake.agent.advice.Finding;
import dev.nowake.agent.advice.FindingId;
import dev.nowake.agent.advice.Fix;
import dev.nowake.agent.advice.Fixing;
import dev.nowake.agent.advice.HostFacts;
import dev.nowake.agent.advice.MountLook;
import dev.nowake.agent.advice.MountLook.Opens;
import dev.nowake.agent.advice.MountReading;
import dev.nowake.agent.advice.MountSelection;
import dev.nowake.agent.daemon.SlowServer;
import dev.nowake.agent.daemon.SlowServer.Served;
import dev.nowake.kernel.proc.DeviceNumber;
import dev.nowake.kernel.proc.FuseServers;
import dev.nowake.kernel.proc.MountInfo;
import dev.nowake.kernel.proc.MountReadAhead;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Doctor on a FUSE mount of the project's own: what it finds, what its fixes do, and that a server that hangs holds it up nowhere. */
@Tag("kernel")
@Timeout(60)
class DoctorMountsKernelTest {
    private static final int MIB = 1 << 20;
    private static final int FILE_MIB = 16;

    private Path folder;
    private Path served;
    private Path mount;
    private SlowServer server;

    @BeforeAll
    static void compile() throws Exception {
        SlowServer.compile();
    }

    @BeforeEach
    void make() throws Exception {
        folder = Files.createTempDirectory(
                Files.createDirectories(Path.of("target").toAbsolutePath()), "doctor");
        served = Files.createDirectory(folder.resolve("served"));
        mount = Files.createDirectory(folder.resolve("mount"));
        Files.write(served.resolve("model.safetensors"), new byte[FILE_MIB * MIB]);
        Files.writeString(served.resolve("config.json"), "{}");
    }

    @AfterEach
    void unmount() throws Exception {
        if (server != null) {
            server.answer();
            server.served();
        }
        run("umount", "-l", connections().toString());
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    private void serve(String... options) throws Exception {
        server = SlowServer.start(served, mount, 2_000, options);
    }

    private CliRun doctor(String... more) {
        List<String> words = new ArrayList<>(List.of(
                "doctor",
                "--output=json",
                "--socket",
                folder.resolve("no-socket").toString()));
        words.addAll(List.of(more));
        words.add(mount.toString());
        return CliRun.real(words.toArray(String[]::new));
    }

    private List<String> found(CliRun run) {
        assertThat(run.exit()).as(run.err()).isZero();
        List<String> ids = new ArrayList<>();
        for (JsonNode finding : run.json().path("findings")) {
            assertThat(finding.propertyNames()).containsExactly("id", "mount", "figure", "effect", "command");
            if (finding.path("mount").asString("").equals(mount.toString())) {
                ids.add(finding.path("id").asString());
            }
        }
        return ids;
    }

    private void readAll() throws Exception {
        try (InputStream in = Files.newInputStream(mount.resolve("model.safetensors"))) {
            byte[] buffer = new byte[256 << 10];
            while (in.read(buffer) >= 0) {
                continue;
            }
        }
    }

    @Test
    void aSmallWindowIsFoundRaisedAndRequestsBecomeLarger() throws Exception {
        serve();
        assertThat(found(doctor())).containsExactly("read-ahead");
        readAll();
        Served before = server.served();
        assertThat(before.requests()).as("128 KiB each").isGreaterThanOrEqualTo(FILE_MIB * 8);

        serve();
        JsonNode dry = doctor("--fix", "read-ahead", "--dry-run").json();
        assertThat(dry.path("changes").get(0).path("after").asLong()).isEqualTo(8192);
        assertThat(found(doctor())).as("a dry run changes nothing").containsExactly("read-ahead");

        JsonNode fixed = doctor("--fix", "read-ahead").json();
        assertThat(fixed.propertyNames()).containsExactly("fix", "dryRun", "changes", "lasting");
        JsonNode change = fixed.path("changes").get(0);
        assertThat(change.propertyNames())
                .containsExactly("mount", "setting", "file", "before", "after", "changed", "problem");
        assertThat(change.path("before").asLong()).isEqualTo(128);
        assertThat(change.path("after").asLong()).isEqualTo(8192);
        assertThat(change.path("changed").asBoolean()).isTrue();
        assertThat(Files.readString(Path.of(change.path("file").asString())).strip())
                .isEqualTo("8192");
        assertThat(found(doctor())).isEmpty();
        assertThat(doctor("--fix", "read-ahead")
                        .json()
                        .path("changes")
                        .get(0)
                        .path("changed")
                        .asBoolean())
                .as("a second time")
                .isFalse();
        readAll();
        Served after = server.served();
        server = null;
        assertThat(after.bytes()).isGreaterThanOrEqualTo(FILE_MIB * MIB);
        assertThat(after.requests()).as("1 MiB each, but for the first few").isLessThanOrEqualTo(before.requests() / 4);
    }

    @Test
    void peopleSeeWhatWasAndIs() throws Exception {
        serve();
        String point = mount.toString();
        String page = CliRun.real("doctor", point).out();
        assertThat(page)
                .contains(
                        "read-ahead, " + point + ": reads 128 KiB ahead",
                        "  cure    nowake doctor --fix read-ahead " + point);
        CliRun fix = CliRun.real("doctor", "--fix", "read-ahead", point);
        assertThat(fix.out()).contains("read_ahead_kb", "128", "8192", "To make it last:");
        assertThat(CliRun.real("doctor", "--fix", "read-ahead", point).out()).contains("as it was: enough");
        assertThat(CliRun.real("doctor", "--fix", "read-ahead", served.toString())
                        .out())
                .contains("nothing to set");
    }

    /** On fusectl mounted in a tree of ours: the host may have it elsewhere or not at all. */
    @Test
    void aServersLimitIsFoundAndRaised() throws Exception {
        serve("--max-background", "12");
        Path root = hostWithConnections();
        assertThat(background(root)).singleElement().satisfies(finding -> {
            assertThat(finding.figure()).isEqualTo("max_background 12, congestion_threshold 9");
            assertThat(finding.mount()).isEqualTo(mount);
        });
        CliRun.real("prefetch", mount.resolve("model.safetensors").toString());
        assertThat(server.served().mostAtOnce()).isLessThanOrEqualTo(12);

        serve("--max-background", "12");
        List<Change> changes = Fixing.plan(Fix.MAX_BACKGROUND, looks(root)).stream()
                .map(Fixing::apply)
                .toList();
        assertThat(changes).hasSize(2).allMatch(Change::isChanged);
        assertThat(background(root)).isEmpty();
        CliRun.real("prefetch", mount.resolve("model.safetensors").toString());
        assertThat(server.served().mostAtOnce()).isGreaterThan(12);
        server = null;
    }

    private Path hostWithConnections() throws Exception {
        Files.createDirectories(connections());
        Files.createSymbolicLink(folder.resolve("proc"), Path.of("/proc"));
        Files.createSymbolicLink(folder.resolve("sys/class"), Path.of("/sys/class"));
        assertThat(run("mount", "-t", "fusectl", "fusectl", connections().toString()))
                .isZero();
        return folder;
    }

    private Path connections() {
        return folder.resolve("sys/fs/fuse/connections");
    }

    private static int run(String... words) throws Exception {
        return new ProcessBuilder(words)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
    }

    private List<MountLook> looks(Path root) {
        MountInfo mounts = MountInfo.read(root);
        return new MountReading(root, mounts, () -> FuseServers.read(root))
                .of(MountSelection.of(List.of(mount), mounts));
    }

    private List<Finding> background(Path root) {
        return Advice.of(looks(root), HostFacts.read(root)).stream()
                .filter(finding -> finding.id() == FindingId.FUSE_BACKGROUND)
                .toList();
    }

    @Test
    void theServingProcessIsFound() throws Exception {
        serve();
        assertThat(looks(Path.of("/")))
                .singleElement()
                .satisfies(look -> assertThat(look.servers()).singleElement().satisfies(found -> {
                    assertThat((long) found.pid()).isEqualTo(server.pid());
                    assertThat(found.arguments()).contains(mount.toString());
                }));
    }

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

    @Test
    void whoIsNotRootGetsOneLine() throws Exception {
        serve();
        // root may write everywhere in /sys, but not here
        Path denied = Path.of("/proc/sys/kernel/ostype");
        MountLook look = looks(Path.of("/")).getFirst();
        MountLook odd = new MountLook(
                look.mount(), look.kind(), new MountReadAhead(denied, 128 << 10), null, List.of(), look.opens());
        MountsInQuestion question = new MountsInQuestion(MountInfo.read(), List.of(mount), "", List.of(odd));
        Invocation invocation = new Invocation(null, null, System.out, System.err, false);
        assertThatThrownBy(() -> new MountFix(invocation, Fix.READ_AHEAD, false).run(List.of(mount), question))
                .isInstanceOfSatisfying(CliException.class, failure -> {
                    assertThat(failure.exitCode()).isEqualTo(ExitCode.NOT_PERMITTED);
                    assertThat(failure).hasMessageContaining("permission denied; run as root");
                });
    }

    @Test
    void misuse() {
        doctor("--dry-run").failedWith(ExitCode.USAGE, "usage", "--fix");
        doctor("--fix", "read-ahead", "--probe").failedWith(ExitCode.USAGE, "usage", "one at a time");
        doctor("--fix", "everything").failedWith(ExitCode.USAGE, "usage", "read-ahead or max-background");
        doctor("--config", "/nowhere.yaml").failedWith(ExitCode.USAGE, "usage", "no such file");
    }
}
