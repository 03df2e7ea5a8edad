package dev.nowake.agent.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.nowake.agent.config.Mode;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The daemon as a process: how it ends, and what it leaves. */
@Tag("kernel")
final class DaemonProcessTest {
    private static final List<Process> STARTED = new ArrayList<>();

    /** Also after a test that failed: what goes on would hold this process's output open. */
    @AfterEach
    void end() {
        STARTED.forEach(Process::destroyForcibly);
        STARTED.clear();
    }

    private static Process daemon(Rig rig, Path root, String... before) throws IOException {
        List<String> words = new ArrayList<>(List.of(before));
        words.addAll(Reader.java(
                DaemonMain.class.getName(),
                Mode.ENFORCE.name(),
                root.toString(),
                rig.state.toString(),
                rig.socket.toString()));
        Process process = new ProcessBuilder(words)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        STARTED.add(process);
        return process;
    }

    private static String firstLine(Process process) throws IOException {
        BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
        return out.readLine();
    }

    /** Who reads which models is nobody's business; who may ask the daemon must get through to its socket. */
    @Test
    void itsFolderIsMadeForItAlone() throws Exception {
        try (Rig rig = Rig.make()) {
            rig.start(Mode.OBSERVE);
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(rig.state)))
                    .isEqualTo("rwx--x--x");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(rig.state.resolve("journal.jsonl"))))
                    .isEqualTo("rw-------");
        }
    }

    @Test
    void sigtermInTheMiddleOfAPrefetch() throws Exception {
        try (Rig rig = Rig.make();
                Reader reader = Reader.start()) {
            List<Path> shards = rig.model("llama", 256 * Rig.MIB, 4);
            Process daemon = daemon(rig, rig.root);
            assertThat(firstLine(daemon)).isEqualTo("ready");

            reader.open(shards.getFirst());
            rig.awaitCounter("prefetchedBytes", 1);
            long nanos = System.nanoTime();
            daemon.destroy();

            assertThat(daemon.waitFor(5, TimeUnit.SECONDS)).isTrue();
            assertThat((System.nanoTime() - nanos) / 1e9).isLessThan(3);
            assertThat(daemon.exitValue()).isZero();
            assertThat(rig.socket).doesNotExist();
            assertThat(rig.journal("stop")).hasSize(1);
        }
    }

    @Test
    void sigkillLeavesNothingThatBlocksAnOpenAnUnmountOrTheNextDaemon() throws Exception {
        try (Rig rig = Rig.make();
                Reader reader = Reader.start()) {
            Path image = rig.folder.resolve("image");
            Path mount = Files.createDirectory(rig.folder.resolve("mount"));
            Reader.run("truncate", "-s", "160M", image.toString());
            Reader.run("mkfs.ext4", "-q", image.toString());
            Reader.run("mount", "-o", "loop", image.toString(), mount.toString());
            try {
                List<Path> shards = rig.model(Rig.spec("llama", 96 * Rig.MIB, 3), mount.resolve("llama"));
                Process daemon = daemon(rig, mount);
                assertThat(firstLine(daemon)).isEqualTo("ready");
                reader.open(shards.getFirst());
                rig.awaitCounter("prefetchedBytes", 1);

                daemon.destroyForcibly();
                assertThat(daemon.waitFor(5, TimeUnit.SECONDS)).isTrue();
                reader.open(shards.getLast()).act("read").act("close").act("close");
                reader.kill();
                rig.start(Mode.ENFORCE, mount);
                assertThat(rig.status().path("mode").asString()).isEqualTo("enforce");
                rig.stop();
            } finally {
                unmount(mount);
            }
        }
    }

    /** A failure says who holds it. */
    private static void unmount(Path mount) throws Exception {
        try {
            Reader.run("umount", mount.toString());
        } catch (AssertionError busy) {
            String words = "find /proc/[0-9]*/fd /proc/[0-9]*/task/*/cwd -lname \"$0*\" -printf '%p %l\\n';"
                    + " grep -l \"$0\" /proc/[0-9]*/maps";
            Process holders = new ProcessBuilder("sh", "-c", words, mount.toString())
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String held = new String(holders.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            throw new AssertionError(busy.getMessage() + " by: " + held, busy);
        }
    }

    @Test
    void whatALoadHasOpenWhenTheDaemonStopsIsClosed() throws Exception {
        try (Rig rig = Rig.make();
                Reader reader = Reader.start()) {
            List<Path> shards = rig.model("llama", 64 * Rig.MIB, 2);
            rig.start(Mode.ENFORCE);
            reader.open(shards.getFirst());
            rig.awaitResident(shards.getLast());
            rig.stop();
            assertThat(Reader.run("find", "/proc/" + ProcessHandle.current().pid() + "/fd", "-lname", rig.root + "*"))
                    .isEmpty();
        }
    }

    @Test
    void aSecondDaemonIsRefusedInOneLine() throws Exception {
        try (Rig rig = Rig.make()) {
            rig.start(Mode.ENFORCE);
            Process second = daemon(rig, rig.root);
            assertThat(firstLine(second))
                    .contains("another nowake daemon uses")
                    .contains(rig.state.toString())
                    .contains("--state-dir");
            assertThat(second.waitFor()).isEqualTo(1);

            assertThatThrownBy(() -> new Daemon(
                            rig.kernel,
                            Rig.config(Mode.ENFORCE, rig.root),
                            rig.folder.resolve("otherState"),
                            rig.socket))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("another nowake daemon answers on")
                    .hasMessageContaining("--socket");
            assertThat(rig.status().path("mode").asString()).isEqualTo("enforce");
        }
    }

    @Test
    void withoutDescriptorsTheDaemonGoesOnAndRecovers() throws Exception {
        try (Rig rig = Rig.make();
                Reader reader = Reader.start()) {
            List<Path> first = rig.model("first", 96 * Rig.MIB, 25);
            List<Path> second = rig.model("second", 16 * Rig.MIB, 1);
            Process daemon = daemon(rig, rig.root);
            assertThat(firstLine(daemon)).isEqualTo("ready");
            reader.open(second.getFirst());
            rig.awaitResident(second.getFirst());
            reader.act("close");
            rig.awaitLoadsDone(1);
            rig.model("came later", Rig.MIB, 1);
            rig.keeps(500, () -> assertThat(rig.counter("errors")).isZero()); // every class on the way is loaded now
            rig.status();
            int used = new java.io.File("/proc/" + daemon.pid() + "/fd").list().length;
            Reader.run("prlimit", "--pid", "" + daemon.pid(), "--nofile=" + (used + 6) + ":4096");

            for (Path shard : first) {
                reader.open(shard);
            }
            // an event whose file cannot be opened is lost, and told as an overflow
            // (the control socket needs a descriptor itself: the journal tells)
            await("overflow")
                    .atMost(Rig.SOON)
                    .until(() -> !rig.journal("overflow").isEmpty());
            for (Path ignored : first) {
                reader.act("close");
            }
            Reader.run("prlimit", "--pid", "" + daemon.pid(), "--nofile=4096:4096");
            rig.awaitReleased(first);

            reader.open(second.getFirst());
            rig.awaitResident(second.getFirst());
            reader.act("close");
            reader.kill();
            rig.awaitReleased(second);
            daemon.destroy();
            assertThat(daemon.waitFor()).isZero();
        }
    }
}
