package dev.nowake.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.nowake.kernel.Kernel;
import dev.nowake.kernel.Mounts;
import dev.nowake.kernel.fake.FakeKernel;
import dev.nowake.kernel.fake.ForwardingKernel;
import dev.nowake.kernel.linux.Binding;
import dev.nowake.kernel.linux.LinuxKernel;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The verb as it is typed, and ended. */
@Tag("kernel")
@Timeout(60)
class PackVerbTest {
    @TempDir
    private Path folder;

    private Path model;
    private Path image;

    @BeforeEach
    void aModel() throws IOException {
        model = Files.createDirectory(folder.resolve("model"));
        ModelFiles.safetensors(model.resolve("model-00001-of-00002.safetensors"), ModelFiles.MIB, 5);
        ModelFiles.safetensors(model.resolve("model-00002-of-00002.safetensors"), ModelFiles.MIB, 3);
        image = folder.resolve("model.erofs");
    }

    @Test
    void packedAndChecked() throws IOException {
        CliRun packed = CliRun.real("pack", model.toString(), image.toString());
        assertThat(packed.exit()).isZero();
        assertThat(packed.err()).isEmpty();
        assertThat(packed.out()).startsWith("packed 2 files, 2.00 MiB into " + image);
        CliRun checked = CliRun.real("pack", "--verify", image.toString());
        assertThat(checked.exit()).isZero();
        assertThat(checked.out()).startsWith("checked 2 files").contains("all as packed");
        assertThat(CliRun.real("pack", "--verify", "--output", "json", image.toString())
                        .json()
                        .propertyNames())
                .containsExactly("files", "sizeBytes", "mountedBy", "seconds", "wrong");
        CliRun.real("pack", "--output", "json", model.toString(), image.toString())
                .failedWith(ExitCode.USAGE, "usage", "--force replaces it");
        CliRun again =
                CliRun.real("pack", "--force", "--verify", "--output", "json", model.toString(), image.toString());
        assertThat(again.exit()).isZero();
        assertThat(again.json().propertyNames())
                .containsExactly(
                        "files",
                        "links",
                        "sizeBytes",
                        "imageBytes",
                        "allocatedBytes",
                        "alignmentBytes",
                        "uuid",
                        "mkfsVersion",
                        "seconds",
                        "verified",
                        "skipped");
        assertThat(again.json().path("verified").asBoolean()).isTrue();
    }

    @Test
    void aDamagedFileIsNamedAndTheExitCodeTells() throws IOException {
        CliRun.real("pack", model.toString(), image.toString());
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            file.seek(file.length() / 2 + 300_000);
            file.write(file.read() ^ 1);
        }
        CliRun checked = CliRun.real("pack", "--verify", image.toString());
        assertThat(checked.exit()).isEqualTo(ExitCode.FAILED);
        assertThat(checked.err())
                .startsWith("nowake: model-00002-of-00002.safetensors: its content is not what was packed");
        assertThat(checked.out()).contains("1 wrong");
        CliRun json = CliRun.real("pack", "--verify", "--output", "json", image.toString());
        assertThat(json.exit()).isEqualTo(ExitCode.FAILED);
        assertThat(json.json().path("wrong").path(0).path("path").asString())
                .isEqualTo("model-00002-of-00002.safetensors");
    }

    @Test
    void whatIsAskedForWrongly() {
        json("--verify", model.toString()).failedWith(ExitCode.USAGE, "usage", "not an EROFS image");
        json(model.toString()).failedWith(ExitCode.USAGE, "usage", "OUT.erofs");
        json("--verify", "--force", image.toString()).failedWith(ExitCode.USAGE, "usage", "are for packing");
        json("--verify", image.toString()).failedWith(ExitCode.FAILED, "not_found", "no such file");
        json(folder.resolve("no model").toString(), image.toString())
                .failedWith(ExitCode.FAILED, "not_found", "no such file");
        json("--compress", "lz4 best", model.toString(), image.toString())
                .failedWith(ExitCode.USAGE, "usage", "as lz4hc or zstd,9");
        json("--mkfs", "/nothing", model.toString(), image.toString())
                .failedWith(ExitCode.NOT_SUPPORTED, "not_supported", "apt install erofs-utils");
    }

    private static CliRun json(String... arguments) {
        String[] all = new String[arguments.length + 3];
        System.arraycopy(new String[] {"pack", "--output", "json"}, 0, all, 0, 3);
        System.arraycopy(arguments, 0, all, 3, arguments.length);
        return CliRun.real(all);
    }

    @Test
    void whoMayNotMountIsToldSo() throws IOException {
        Kernel kernel = new ForwardingKernel(LinuxKernel.open(Binding.AUTO)) {
            @Override
            public Mounts mounts() {
                return new FakeKernel().mounts();
            }
        };
        Path file = model.resolve("model-00001-of-00002.safetensors");
        CliRun.on(kernel, "pack", "--output", "json", file.toString(), image.toString())
                .failedWith(ExitCode.NOT_PERMITTED, "not_permitted", "run as root");
        assertThat(image).doesNotExist();
    }

    /** SIGTERM, SIGINT and SIGHUP end the JVM by its hooks; SIGKILL by nothing, and the next run cleans up. */
    @ParameterizedTest
    @ValueSource(strings = {"TERM", "INT", "HUP", "KILL"})
    void ended(String signal) throws Exception {
        Path mkfs = folder.resolve("mkfs");
        Files.writeString(mkfs, """
                #!/bin/sh
                case $1 in -V | --help) exec mkfs.erofs "$1" ;; esac
                for tree; do :; done
                printf half > "${tree%%tree}image"
                echo $$ > '%s/pid'
                exec sleep 600
                """.formatted(folder));
        Files.setPosixFilePermissions(mkfs, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path temporary = Files.createDirectory(folder.resolve("tmp"));
        Process pack = start(temporary, "pack", "--mkfs", mkfs.toString(), model.toString(), image.toString());
        try {
            Path pid = folder.resolve("pid");
            await("mkfs runs")
                    .atMost(Duration.ofSeconds(30))
                    .pollInterval(Duration.ofMillis(20))
                    .until(() -> Files.exists(pid) && Files.size(pid) > 0);
            Path part = folder.resolve(".model.erofs.nowake-part");
            assertThat(part).hasContent("half");
            kill(signal, Long.toString(pack.pid()));
            assertThat(pack.waitFor(20, TimeUnit.SECONDS)).isTrue();
            String child = Files.readString(pid).strip();
            if (signal.equals("KILL")) {
                kill("KILL", child);
            } else {
                assertThat(part).doesNotExist();
                assertThat(Path.of("/proc/" + child)).doesNotExist();
                assertThat(temporary).isEmptyDirectory();
            }
        } finally {
            pack.destroyForcibly();
        }
        assertThat(image).doesNotExist();
        assertThat(CliRun.real("pack", "--verify", model.toString(), image.toString())
                        .exit())
                .isZero();
        assertThat(folder.resolve(".model.erofs.nowake-part")).doesNotExist();
    }

    private static Process start(Path temporary, String... arguments) throws IOException {
        List<String> words = new java.util.ArrayList<>(List.of(
                "env", // what runs in the background inherits that these are ignored
                "--default-signal=INT,HUP",
                ProcessHandle.current().info().command().orElse("java"),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Djava.io.tmpdir=" + temporary,
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
        words.addAll(List.of(arguments));
        return new ProcessBuilder(words)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    private static void kill(String signal, String pid) throws Exception {
        byte[] said = new ProcessBuilder("kill", "-" + signal, pid)
                .redirectErrorStream(true)
                .start()
                .getInputStream()
                .readAllBytes();
        assertThat(new String(said, StandardCharsets.UTF_8)).isEmpty();
    }
}
