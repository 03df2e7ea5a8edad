package dev.nowake.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.agent.cli.DoctorVerb.Check;
import dev.nowake.agent.config.ConfigFile;
import dev.nowake.agent.config.MirrorSettings;
import dev.nowake.agent.config.Mode;
import dev.nowake.kernel.Features;
import dev.nowake.kernel.Features.Feature;
import dev.nowake.kernel.proc.MountInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What doctor says of mirrors, on hosts that are not there. */
class MirrorChecksTest {
    private static final long DISK = 100L << 30;

    @TempDir
    Path folder;

    private final List<String> mounts = new ArrayList<>();
    private final Map<Feature, String> missing = new EnumMap<>(Feature.class);
    private long capabilities = -1;
    private Set<String> absent = Set.of();
    private Path disk;
    private Path remote;

    @BeforeEach
    void aHostThatHasEverything() throws IOException {
        folder = folder.toRealPath();
        disk = Files.createDirectory(folder.resolve("disk"));
        remote = Files.createDirectory(folder.resolve("remote"));
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.setPosixFilePermissions(disk, PosixFilePermissions.fromString("rwxr-xr-x"));
        mount(Path.of("/"), "ext4", "/dev/vda1");
        mount(disk, "xfs", "/dev/nvme0n1");
        mount(remote, "nfs4", "nas:/models");
    }

    private void mount(Path point, String type, String source) {
        int id = 20 + mounts.size();
        mounts.add("%d 1 0:%d / %s rw,relatime - %s %s rw".formatted(id, id, point, type, source));
    }

    private MirrorSettings mirror(Path remote, Path local) {
        return MirrorSettings.of("m", remote, local).withMode(Mode.ENFORCE);
    }

    private Check check(MirrorSettings mirror) throws IOException {
        Path proc = Files.createDirectories(folder.resolve("host/proc/self"));
        Files.write(proc.resolve("mountinfo"), mounts);
        MirrorChecks.Host host = new MirrorChecks.Host(
                new Features(missing),
                MountInfo.read(folder.resolve("host")),
                capabilities,
                program -> !absent.contains(program),
                where -> DISK);
        return MirrorChecks.of(List.of(mirror), host).getFirst();
    }

    private void refused(MirrorSettings mirror, String... words) throws IOException {
        Check check = check(mirror);
        assertThat(check.ok()).as(check.detail()).isFalse();
        assertThat(check.detail()).contains(words).doesNotContain("\n");
    }

    @Test
    void saysWhichWayItWillServe() throws IOException {
        Check ranges = check(mirror(remote, disk.resolve("m")));
        assertThat(ranges.name()).isEqualTo("mirror m");
        assertThat(ranges.ok()).as(ranges.detail()).isTrue();
        assertThat(ranges.detail()).contains("brings ranges", "on xfs", "remote on nfs4 nas:/models");
        Check observed = check(mirror(remote, disk.resolve("m")).withMode(Mode.OBSERVE));
        assertThat(observed.detail()).contains("not served: its mode is observe", "brings ranges");
        missing.put(Feature.PRE_ACCESS, "Linux 6.8");
        Check files = check(mirror(remote, disk.resolve("m")));
        assertThat(files.ok()).isTrue();
        assertThat(files.detail()).contains("brings whole files", "FAN_OPEN_PERM", "Linux 6.8");
        missing.put(Feature.OPEN_PERMISSION, "not built in");
        refused(mirror(remote, disk.resolve("m")), "no permission events", "nowake stage");
    }

    @Test
    void refusesALocalThatCannotBe() throws IOException {
        refused(mirror(remote, remote.resolve("m")), "lie in each other", "on nfs4", "ext4, xfs or btrfs");
        refused(mirror(remote, disk.resolve("none/m")), "none is no folder: make it");
        Files.createDirectory(disk.resolve("there"));
        refused(mirror(remote, disk.resolve("there")), "there is there already", "nowake makes it");
        mount(disk, "tmpfs", "tmpfs");
        refused(mirror(remote, disk.resolve("m")), "would be on tmpfs");
        mount(disk, "ext4", "/dev/sdb");
        Files.setPosixFilePermissions(disk, PosixFilePermissions.fromString("rwxrwxrwx"));
        refused(mirror(remote, disk.resolve("m")), "could be replaced by others", "chmod go-w");
    }

    @Test
    void findsLinksThatLeadIntoEachOther() throws IOException {
        Path deep = Files.createDirectory(disk.resolve("deep"));
        Files.createSymbolicLink(disk.resolve("link"), deep);
        refused(mirror(deep, disk.resolve("link/m")), "lie in each other");
    }

    @Test
    void refusesARemoteThatIsNotThere() throws IOException {
        refused(mirror(folder.resolve("gone"), disk.resolve("m")), "gone is not there: mount it");
        Path empty = Files.createDirectory(folder.resolve("empty"));
        refused(mirror(empty, disk.resolve("m")), "empty is empty and no mount");
        Files.createFile(empty.resolve("a"));
        assertThat(check(mirror(empty, disk.resolve("m"))).detail()).contains("remote on a local filesystem, ext4");
    }

    @Test
    void refusesWhatTheHostDoesNotHave() throws IOException {
        absent = Set.of("/bin/sh", "od");
        refused(mirror(remote, disk.resolve("m")), "its keeper needs /bin/sh, od");
        absent = Set.of();
        capabilities = ~(1L << 21);
        refused(mirror(remote, disk.resolve("m")), "without CAP_SYS_ADMIN");
    }

    @Test
    void readsTheConfigurationWithoutADaemon() throws IOException {
        Path file = folder.resolve("nowake.yaml");
        Files.writeString(file, """
                mode: enforce
                roots: []
                mirrors:
                  - {name: large, remote: %s, local: %s, budget: 200GiB, policy: of-somebody, args: {a: 1}}
                  - {name: off, remote: /a, local: /b, enabled: false}
                  - {name: seen, remote: /c, local: /d, mode: observe}
                """.formatted(remote, disk.resolve("m")));
        List<MirrorSettings> mirrors = ConfigFile.mirrors(file);
        assertThat(mirrors).extracting(MirrorSettings::name).containsExactly("large", "seen");
        assertThat(mirrors.getLast().mode()).isEqualTo(Mode.OBSERVE);
        refused(mirrors.getFirst(), "its budget of 200 GiB is more than its disk has (100 GiB)");
        String said = CliRun.real(
                        "doctor",
                        "--config",
                        file.toString(),
                        "--socket",
                        folder.resolve("none").toString())
                .out();
        assertThat(said).contains("mirror large").contains("mirror seen");
    }
}
