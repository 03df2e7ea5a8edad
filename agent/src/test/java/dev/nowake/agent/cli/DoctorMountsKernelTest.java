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
import dev.nowake.agent.daemon.SlowServer.Served;
import dev.nowake.kernel.proc.MountInfo;
import dev.nowake.kernel.proc.MountReadAhead;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** What doctor finds on a FUSE mount of the project's own, and what its fixes do there. */
@Tag("kernel")
@Timeout(60)
class DoctorMountsKernelTest extends SlowMountCase {
    /** So that a busy host, too, has sent all requests before the first is answered. */
    private static final int LONG_MICROS = 100_000;

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
        serve(LONG_MICROS, "--max-background", "12");
        Path root = hostWithConnections();
        assertThat(background(root)).singleElement().satisfies(finding -> {
            assertThat(finding.figure()).isEqualTo("max_background 12, congestion_threshold 9");
            assertThat(finding.mount()).isEqualTo(mount);
        });
        CliRun.real("prefetch", mount.resolve("model.safetensors").toString());
        assertThat(server.served().mostAtOnce()).isLessThanOrEqualTo(12);

        serve(LONG_MICROS, "--max-background", "12");
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
    void whoIsNotRootGetsOneLine() throws Exception {
        serve();
        // root may write everywhere in /sys, but not here
        Path denied = Path.of("/proc/sys/kernel/ostype");
        MountLook look = looks(Path.of("/")).getFirst();
        MountLook odd = new MountLook(
                look.mount(), look.kind(), new MountReadAhead(denied, 128 << 10), null, List.of(), look.opens());
        MountsInQuestion question = new MountsInQuestion(MountInfo.read(), List.of(mount), "", List.of(odd), List.of());
        Invocation invocation = new Invocation(null, null, System.out, System.err, false);
        assertThatThrownBy(() -> new MountFix(invocation, Fix.READ_AHEAD, false).run(List.of(mount), question))
                .isInstanceOfSatisfying(CliException.class, failure -> {
                    assertThat(failure.exitCode()).isEqualTo(ExitCode.NOT_PERMITTED);
                    assertThat(failure).hasMessageContaining("permission denied; run as root");
                });
    }

    @Test
    void aMirrorsRemoteIsLookedAtAsARootIs() throws Exception {
        serve();
        Path config = Files.writeString(folder.resolve("mirrors.yaml"), """
                mode: enforce
                mirrors: [{name: m, remote: %s, local: %s}]
                """.formatted(mount, folder.resolve("m")));
        server.hang(); // no server is asked
        CliRun run = CliRun.real(
                "doctor",
                "--output=json",
                "--socket",
                folder.resolve("no-socket").toString(),
                "--config",
                config.toString());
        assertThat(found(run)).contains("read-ahead");
        assertThat(run.json().path("checks").toString()).contains("mirror m").contains("remote on fuse");
    }

    @Test
    void misuse() {
        doctor("--dry-run").failedWith(ExitCode.USAGE, "usage", "--fix");
        doctor("--fix", "read-ahead", "--probe").failedWith(ExitCode.USAGE, "usage", "one at a time");
        doctor("--fix", "everything").failedWith(ExitCode.USAGE, "usage", "read-ahead or max-background");
        doctor("--config", "/nowhere.yaml").failedWith(ExitCode.USAGE, "usage", "no such file");
    }
}
