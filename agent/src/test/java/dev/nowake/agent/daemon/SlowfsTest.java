package dev.nowake.agent.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.agent.config.Mode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A root on FUSE, served by the project's own slow filesystem. */
@Tag("kernel")
final class SlowfsTest {
    private Rig rig;
    private Path mount;
    private SlowServer server;

    @BeforeAll
    static void compile() throws Exception {
        SlowServer.compile();
    }

    @BeforeEach
    void make() throws Exception {
        rig = Rig.make();
        mount = Files.createDirectory(rig.folder.resolve("mount"));
    }

    /** The shards as they are seen through the mount, none resident there. */
    private List<Path> serve(String... options) throws Exception {
        List<Path> below = rig.model("llama", 48 * Rig.MIB, 3);
        server = SlowServer.start(rig.root, mount, 200, options);
        return below.stream()
                .map(path -> mount.resolve("llama").resolve(path.getFileName()))
                .toList();
    }

    @AfterEach
    void unmount() throws Exception {
        if (server != null) {
            server.answer();
        }
        rig.stop();
        if (server != null) {
            server.end();
        }
        rig.close();
    }

    @Test
    void enforcePrefetchesAheadAndReleases() throws Exception {
        List<Path> shards = serve();
        rig.start(Mode.ENFORCE, mount);
        try (Reader reader = Reader.start()) {
            reader.open(shards.getFirst());
            for (Path shard : shards) {
                rig.awaitResident(shard);
            }
            reader.act("close");
        }
        rig.awaitReleased(shards);
        rig.awaitLoadsDone(1);
        assertThat(rig.status().path("heldFiles").asInt()).isZero();
    }

    @Test
    void anObservingDaemonLeavesThePagesOfAMountThatDropsThemAtEveryOpen() throws Exception {
        List<Path> shards = serve("--no-keep-cache");
        Path shard = shards.getFirst();
        try (Reader reader = Reader.start()) {
            rig.start(Mode.OBSERVE, mount);
            reader.open(shard).act("read").act("map " + shard);
            rig.awaitCounter("opens", 1);
            rig.keeps(
                    700,
                    () -> assertThat(mappedBytes(reader, shard))
                            .isEqualTo(shard.toFile().length()));
            reader.act("unmap").act("close");
        }
        rig.awaitLoadsDone(1);
        rig.stop();
        assertThat(rig.journal("forecast")).hasSize(1);
    }

    /** What the reader has in its page table: it leaves with the pages. */
    private static long mappedBytes(Reader reader, Path file) {
        try {
            boolean inside = false;
            long kilobytes = 0;
            for (String line : Files.readAllLines(Path.of("/proc/" + reader.pid() + "/smaps"))) {
                if (line.matches("[0-9a-f]+-[0-9a-f]+ .*")) {
                    inside = line.endsWith(file.toString());
                } else if (inside && line.startsWith("Rss:")) {
                    kilobytes += Long.parseLong(line.replaceAll("[^0-9]", ""));
                }
            }
            return Math.min(kilobytes << 10, file.toFile().length());
        } catch (IOException gone) {
            throw new AssertionError(gone);
        }
    }

    @Test
    void lookaheadEndsWhereTheServerDropsPagesAtEveryOpen() throws Exception {
        List<Path> shards = serve("--no-keep-cache");
        rig.start(Mode.ENFORCE, mount);
        try (Reader reader = Reader.start()) {
            reader.open(shards.get(0));
            rig.awaitCounter("prefetchedBytes", 40 * Rig.MIB);
            reader.open(shards.get(1));
            rig.awaitCounter("opens", 2);
            reader.act("read").open(shards.get(2)).act("read");
            reader.act("close").act("close").act("close");
        }
        rig.awaitLoadsDone(1);
        assertThat(rig.status().path("mounts").path(0).path("dropsPagesAtOpen").asBoolean())
                .isTrue();
        rig.stop();
        assertThat(rig.journal("mount")).hasSize(1);
    }

    @Test
    void aServerThatHangsStopsNobodyElse() throws Exception {
        List<Path> shards = serve("--no-keep-cache");
        Path local = Files.createDirectory(rig.folder.resolve("local"));
        List<Path> others = rig.model(Rig.spec("other", 64 * Rig.MIB, 2), rig.folder.resolve("other"));
        rig.start(Mode.ENFORCE, mount, local);
        try (Reader hanging = Reader.start();
                Reader reader = Reader.start()) {
            hanging.open(shards.getFirst());
            rig.awaitCounter("prefetchedBytes", 1);
            Reader.run("kill", "-STOP", "" + server.pid());
            Process stuck = new ProcessBuilder("cat", shards.get(1).toString())
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();

            // roots are looked at every two seconds: by then somebody of the daemon waits for the server
            rig.keeps(
                    2500,
                    () -> assertThat(rig.status().path("loads").toString()).contains("llama"));
            hanging.kill();
            Reader.run("mv", others.getFirst().getParent().toString(), local.toString());
            others = others.stream()
                    .map(other -> local.resolve("other").resolve(other.getFileName()))
                    .toList();
            reader.open(others.getFirst());
            for (Path other : others) {
                rig.awaitResident(other);
            }
            reader.act("close");
            reader.kill();
            rig.awaitReleased(others);
            assertThat(rig.status().path("loads").toString()).contains("other").contains("llama");

            long nanos = System.nanoTime();
            rig.stop();
            assertThat((System.nanoTime() - nanos) / 1e9).isLessThan(4);
            Reader.run("kill", "-CONT", "" + server.pid());
            assertThat(stuck.waitFor(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void aLoneServerThatHangsAtTheStartIsNamedAndWatchedWhenItAnswers() throws Exception {
        List<Path> shards = serve();
        Reader.run("kill", "-STOP", "" + server.pid());
        long nanos = System.nanoTime();
        rig.start(Mode.ENFORCE, mount);
        assertThat((System.nanoTime() - nanos) / 1e9).isLessThan(8);
        Awaitility.await()
                .atMost(Duration.ofSeconds(2))
                .untilAsserted(() -> assertThat(rig.journal("error"))
                        .anySatisfy(
                                line -> assertThat(line.path("path").asString()).isEqualTo(mount.toString())));
        Reader.run("kill", "-CONT", "" + server.pid());
        try (Reader reader = Reader.start()) {
            reader.open(shards.getFirst());
            for (Path shard : shards) {
                rig.awaitResident(shard);
            }
        }
    }

    /** What its load holds is let go of when the server answers, however late: else nobody could unmount it. */
    @Test
    void theRootOfAServerThatHangsIsRemovedAndItsFilesAreLetGoWhenItAnswers() throws Exception {
        List<Path> shards = serve("--bandwidth", "" + 16 * Rig.MIB);
        Path local = Files.createDirectory(rig.folder.resolve("local"));
        rig.start(Mode.ENFORCE, mount, local);
        try (Reader reader = Reader.start()) {
            reader.open(shards.getFirst());
            rig.awaitCounter("prefetchedBytes", 1);
            server.hang();
            rig.reload(Rig.config(Mode.ENFORCE, local));
            assertThat(rig.status().path("heldFiles").asInt())
                    .as("by calls under way")
                    .isPositive();
            server.answer();
            Awaitility.await()
                    .atMost(Rig.SOON)
                    .untilAsserted(() ->
                            assertThat(rig.status().path("heldFiles").asInt()).isZero());
        }
        assertThat(rig.status().path("governor").path("inFlightBytes").asLong()).isZero();
    }

    /** A lane of its own for each remote mount, that comes and goes with its root; local roots notice nothing of it. */
    @Test
    void aRemoteRootComesAndGoesByReloads() throws Exception {
        List<Path> shards = serve();
        List<Path> local = rig.model(Rig.spec("local", 16 * Rig.MIB, 1), rig.folder.resolve("local/own"));
        Path localRoot = rig.folder.resolve("local");
        rig.start(Mode.ENFORCE, localRoot);
        for (int i = 0; i < 3; i++) {
            rig.reload(Rig.config(Mode.ENFORCE, localRoot, mount));
            long loads = rig.counter("loads");
            try (Reader reader = Reader.start()) {
                reader.open(shards.getFirst());
                rig.awaitCounter("loads", loads + 1);
                rig.awaitResident(shards.getLast());
            }
            rig.awaitReleased(shards);
            rig.reload(Rig.config(Mode.ENFORCE, localRoot));
            assertThat(rig.status().path("heldFiles").asInt()).isZero();
        }
        try (Reader reader = Reader.start()) {
            reader.open(local.getFirst());
            rig.awaitResident(local.getFirst());
        }
        rig.awaitReleased(local);
    }

    @Test
    void aServerThatHangsNeitherStarvesTheWatchdogNorHoldsUpAReload() throws Exception {
        List<Path> shards = serve();
        Path localRoot = Files.createDirectories(rig.folder.resolve("local"));
        List<String> told = new CopyOnWriteArrayList<>();
        Map<String, String> environment = Map.of("NOTIFY_SOCKET", "/run/notify", "WATCHDOG_USEC", "300000");
        try (ServiceNotices notices =
                ServiceNotices.of((socket, message) -> told.add(message), environment, 1, told::add)) {
            rig.start(Rig.config(Mode.ENFORCE, mount, localRoot), notices);
            Reader.run("kill", "-STOP", "" + server.pid());
            Thread opener = Thread.ofPlatform().daemon().start(() -> {
                try (Reader reader = Reader.start()) {
                    reader.open(shards.getFirst()); // waits for the server
                } catch (Exception gone) {
                    return;
                }
            });
            long before = feeds(told);
            rig.reload(Rig.config(Mode.OBSERVE, mount, localRoot));

            Awaitility.await().atMost(Rig.SOON).until(() -> feeds(told) > before + 10);
            assertThat(told.stream().filter(message -> message.startsWith("RELOADING=1")))
                    .hasSize(1);
            server.answer();
            opener.join();
        }
    }

    private static long feeds(List<String> told) {
        return told.stream().filter("WATCHDOG=1"::equals).count();
    }
}
