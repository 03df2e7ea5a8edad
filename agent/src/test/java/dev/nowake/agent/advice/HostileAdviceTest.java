package dev.nowake.agent.advice;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** Whatever mounts call themselves and their servers write, findings come of it and no exception. */
class HostileAdviceTest {
    private static final List<String> TYPES =
            List.of("nfs4", "cifs", "ceph", "9p", "virtiofs", "fuse", "fuse.", "fuse.rclone", "fuseblk", "ext4", "?");

    private static Path root;

    @BeforeContainer
    static void makeRoot() throws IOException {
        root = Files.createTempDirectory(Files.createDirectories(Path.of("target")), "hostile");
        new MountTree(root).server(7, 50, "x");
    }

    @AfterContainer
    static void dropRoot() throws IOException {
        try (Stream<Path> all = Files.walk(root)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    @Property(tries = 300)
    void findingsComeOfAnything(
            @ForAll("types") String type,
            @ForAll("options") String options,
            @ForAll("words") List<String> arguments,
            @ForAll("numbers") String number)
            throws IOException {
        write("proc/self/mountinfo", "2 1 0:50 / /m\\012" + "x rw - " + type + " source " + options + "\n");
        write("sys/class/bdi/0:50/read_ahead_kb", number);
        write("sys/fs/fuse/connections/50/max_background", number);
        write("sys/fs/fuse/connections/50/congestion_threshold", number);
        write("sys/kernel/mm/lru_gen/enabled", number);
        write("proc/7/cmdline", String.join("\0", arguments));
        MountTree tree = new MountTree(root, false);
        assertThat(tree.findings()).allSatisfy(finding -> {
            assertThat(finding.figure()).isNotBlank();
            assertThat(finding.effect()).isNotBlank();
            assertThat(finding.command()).isNotBlank();
        });
        for (Fix fix : Fix.values()) {
            assertThat(Fixing.plan(fix, tree.looks()))
                    .allSatisfy(change -> assertThat(change.after()).isGreaterThanOrEqualTo(change.before()));
        }
    }

    private static void write(String name, String text) throws IOException {
        Path file = root.resolve(name);
        Files.createDirectories(file.getParent());
        Files.deleteIfExists(file);
        Files.write(file, text.getBytes(StandardCharsets.ISO_8859_1));
    }

    @Provide
    Arbitrary<String> types() {
        return Arbitraries.of(TYPES);
    }

    @Provide
    Arbitrary<String> numbers() {
        return Arbitraries.oneOf(
                Arbitraries.of(
                        "",
                        "0",
                        "-1",
                        "128\n",
                        "9223372036854775807",
                        "99999999999999999999",
                        "0x",
                        "0xfffffffffffffffff",
                        "1e9"),
                Arbitraries.strings().ofMaxLength(8));
    }

    @Provide
    Arbitrary<String> options() {
        return Arbitraries.of(
                        "rw",
                        "fsc",
                        "fsc=x",
                        "rsize=1",
                        "rsize=9223372036854775807",
                        "msize=0",
                        "max_read=1",
                        "max_read=",
                        "user_id=1",
                        "user_id=4294967295",
                        "allow_other",
                        "cache=",
                        "cache=none",
                        "cache=0x",
                        "cache=zz",
                        "proto=tcp",
                        "proto",
                        "nconnect=-1",
                        "=",
                        "\u0001")
                .list()
                .ofMaxSize(6)
                .map(list -> "x," + String.join(",", list));
    }

    @Provide
    Arbitrary<List<String>> words() {
        return Arbitraries.of(
                        "rclone",
                        "/x/s3fs",
                        "gcsfuse",
                        "mount-s3",
                        "juicefs",
                        "blobfuse2",
                        "-o",
                        "--",
                        "--cache",
                        "--vfs-cache-mode",
                        "-ouse_cache",
                        "use_cache=",
                        "--cache-dir=memory",
                        "--async-read=false",
                        "direct_io,sync_read",
                        "",
                        "\n")
                .list()
                .ofMaxSize(8);
    }
}
