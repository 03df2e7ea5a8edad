package dev.nowake.agent.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.nowake.agent.config.Config;
import dev.nowake.agent.config.InFlightLimits;
import dev.nowake.agent.config.Mode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What a slow server is asked for at once, and what becomes of everybody when it answers nothing. */
@Tag("kernel")
final class MountBudgetKernelTest {
    /** The silence that fences a mount, the look that finds it, and a busy host. */
    private static final Duration FENCED_WITHIN = Rig.SOON.plusSeconds(6);

    private Rig rig;
    private Path mount;
    private Path local;
    private SlowServer server;

    @BeforeAll
    static void compile() throws Exception {
        SlowServer.compile();
    }

    @BeforeEach
    void make() throws Exception {
        rig = Rig.make();
        mount = Files.createDirectory(rig.folder.resolve("mount"));
        local = Files.createDirectory(rig.folder.resolve("local"));
    }

    @AfterEach
    void end() throws Exception {
        if (server != null) {
            server.answer();
        }
        rig.stop();
        if (server != null) {
            server.end();
        }
        rig.close();
    }

    private Path through(Path below) {
        return mount.resolve(rig.root.relativize(below));
    }

    private void start(InFlightLimits inFlight) throws Exception {
        Config plain = Rig.config(Mode.ENFORCE, mount, local);
        rig.start(
                rig.kernel,
                new Config(plain.mode(), plain.roots(), plain.rules(), plain.policies(), inFlight, plain.service()));
    }

    private JsonNode mountStatus(Path point) {
        for (JsonNode each : rig.status().path("mounts")) {
            if (each.path("path").asString().equals(point.toString())) {
                return each;
            }
        }
        return rig.status().path("none");
    }

    /** A request is at most the doubled read-ahead window, 256 KiB: four of a chunk. */
    @Test
    void eightLoadsTogetherNeverHaveMoreThanTheBudgetAtTheServer() throws Exception {
        List<Path> shards = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            shards.addAll(rig.model("llama" + i, 8 * Rig.MIB, 1));
        }
        server = SlowServer.start(rig.root, mount, 5000, "--parallel", "128");
        start(new InFlightLimits(256 * Rig.MIB, 4 * Rig.MIB));
        try (Reader reader = Reader.start()) {
            for (Path shard : shards) {
                reader.open(through(shard));
            }
            for (Path shard : shards) {
                rig.awaitResident(through(shard));
            }
            assertThat(rig.status().path("loads")).hasSize(8);
            JsonNode status = mountStatus(mount);
            assertThat(status.path("maxBytes").asLong()).isEqualTo(4 * Rig.MIB);
            assertThat(status.path("latencyMillis").asDouble()).isGreaterThanOrEqualTo(5);
            assertThat(status.path("fencedSeconds").isNull()).isTrue();
        }
        rig.stop();
        int most = server.end();
        server = null;
        assertThat(most).isBetween(2, 16);
    }

    @Test
    void aServerThatAnswersNothingIsFencedAndOthersHaveItsBytes() throws Exception {
        List<Path> slow =
                rig.model("llama", 64 * Rig.MIB, 2).stream().map(this::through).toList();
        List<Path> others = rig.model(Rig.spec("other", 64 * Rig.MIB, 2), local.resolve("other"));
        server = SlowServer.start(rig.root, mount, 500);
        // so little that the hanging server alone would use it up
        start(new InFlightLimits(16 * Rig.MIB, 64 * Rig.MIB));
        try (Reader hanging = Reader.start();
                Reader reader = Reader.start()) {
            server.hang();
            hanging.open(slow.getFirst());
            await("in flight")
                    .atMost(Rig.SOON)
                    .until(() ->
                            rig.status().path("governor").path("inFlightBytes").asLong() > 0);
            await("fenced")
                    .atMost(FENCED_WITHIN)
                    .untilAsserted(() -> assertThat(
                                    mountStatus(mount).path("fencedSeconds").isNumber())
                            .isTrue());
            JsonNode status = mountStatus(mount);
            assertThat(status.path("budgetBytes").asLong()).isZero();
            assertThat(status.path("inFlightBytes").asLong()).isPositive();
            assertThat(rig.status().path("governor").path("inFlightBytes").asLong())
                    .as("of all mounts")
                    .isZero();

            reader.open(others.getFirst());
            for (Path other : others) {
                rig.awaitResident(other);
            }
            assertThat(rig.counter("mountsFenced")).isEqualTo(1);
            assertThat(rig.counter("fencesLifted")).isZero();

            server.answer();
            for (Path shard : slow) {
                rig.awaitResident(shard);
            }
            assertThat(rig.counter("fencesLifted")).isEqualTo(1);
            assertThat(mountStatus(mount).path("fencedSeconds").isNull()).isTrue();
        }
        rig.stop();
        assertThat(rig.journal("fence")).singleElement().satisfies(line -> {
            assertThat(line.path("path").asString()).isEqualTo(mount.toString());
            assertThat(line.path("silentSeconds").asDouble()).isGreaterThanOrEqualTo(5);
        });
        assertThat(rig.journal("lift")).hasSize(1);
    }

    @Test
    void sigtermWhileAServerAnswersNothing() throws Exception {
        List<Path> slow =
                rig.model("llama", 64 * Rig.MIB, 2).stream().map(this::through).toList();
        server = SlowServer.start(rig.root, mount, 500);
        Process daemon = new ProcessBuilder(Reader.java(
                        DaemonMain.class.getName(),
                        Mode.ENFORCE.name(),
                        mount.toString(),
                        rig.state.toString(),
                        rig.socket.toString()))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (Reader reader = Reader.start()) {
            assertThat(daemon.inputReader().readLine()).isEqualTo("ready");
            server.hang();
            reader.open(slow.getFirst());
            rig.awaitCounter("plannedBytes", 1);
            await("fenced").atMost(FENCED_WITHIN).until(() -> rig.counter("mountsFenced") == 1);
            long nanos = System.nanoTime();
            daemon.destroy();
            assertThat(daemon.waitFor(10, TimeUnit.SECONDS)).isTrue();
            assertThat((System.nanoTime() - nanos) / 1e9).isLessThan(4);
            assertThat(daemon.exitValue()).isZero();
            assertThat(rig.journal("stop")).hasSize(1);
            server.answer();
        }
    }
}
