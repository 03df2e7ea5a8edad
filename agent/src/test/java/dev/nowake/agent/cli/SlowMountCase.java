package dev.nowake.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.agent.advice.MountLook;
import dev.nowake.agent.advice.MountReading;
import dev.nowake.agent.advice.MountSelection;
import dev.nowake.agent.daemon.SlowServer;
import dev.nowake.kernel.proc.FuseServers;
import dev.nowake.kernel.proc.MountInfo;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import tools.jackson.databind.JsonNode;

/** A weight file and a small one on the project's own slow filesystem, and doctor asked about it. */
abstract class SlowMountCase {
    static final int MIB = 1 << 20;
    static final int FILE_MIB = 16;

    Path folder;
    Path served;
    Path mount;
    SlowServer server;

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

    void serve(String... options) throws Exception {
        serve(2_000, options);
    }

    void serve(int latencyMicros, String... options) throws Exception {
        server = SlowServer.start(served, mount, latencyMicros, options);
    }

    CliRun doctor(String... more) {
        List<String> words = new ArrayList<>(List.of(
                "doctor",
                "--output=json",
                "--socket",
                folder.resolve("no-socket").toString()));
        words.addAll(List.of(more));
        words.add(mount.toString());
        return CliRun.real(words.toArray(String[]::new));
    }

    List<String> found(CliRun run) {
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

    Path connections() {
        return folder.resolve("sys/fs/fuse/connections");
    }

    static int run(String... words) throws Exception {
        return new ProcessBuilder(words)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
    }

    List<MountLook> looks(Path root) {
        MountInfo mounts = MountInfo.read(root);
        return new MountReading(root, mounts, () -> FuseServers.read(root))
                .of(MountSelection.of(List.of(mount), mounts));
    }
}
