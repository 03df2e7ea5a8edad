package dev.nowake.agent.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** A daemon without disk, without memory, or without peace: loads go on, and so does what it does for them. */
@Tag("kernel")
final class StarvedTest {
    private static final long SIZE = 64 * Rig.MIB;

    @Test
    void withItsDiskFullItStartsAndWorksAndWritesAgainWhenThereIsRoom() throws Exception {
        try (Rig rig = Rig.make()) {
            List<Path> shards = rig.model("llama", SIZE, 2);
            onTmpfs(rig, () -> {
                Path ballast = rig.state.resolve("ballast");
                Reader.run("sh", "-c", "dd if=/dev/zero of=" + ballast + " bs=4k status=none || true");
                try (DaemonProcess daemon = DaemonProcess.start(rig)) {
                    StormTest.loads(rig, shards);
                    StormTest.loads(rig, shards);
                    assertThat(rig.counter("journalDropped")).isPositive();
                    assertThat(rig.counter("handoverFailed")).isPositive();

                    Files.delete(ballast);
                    long lost = rig.counter("loads");
                    StormTest.loads(rig, shards);
                    assertThat(rig.counter("loads")).isGreaterThan(lost);
                    await("the journal goes on")
                            .atMost(Rig.SOON)
                            .until(() -> !rig.journal("release").isEmpty());
                    daemon.stop();
                }
            });
        }
    }

    /** Nothing to write to at all is told before anything begins; models load as they do without a daemon. */
    @Test
    void withItsDiskReadOnlyItDoesNotStartAndSaysWhatToDo() throws Exception {
        try (Rig rig = Rig.make()) {
            onTmpfs(rig, () -> {
                Reader.run("mount", "-o", "remount,ro", rig.state.toString());
                try (DaemonProcess daemon = DaemonProcess.launch(rig, rig.root, Map.of())) {
                    assertThat(daemon.firstLine())
                            .contains("cannot use " + rig.state)
                            .contains("Read-only file system")
                            .contains("--state-dir");
                }
            });
        }
    }

    private interface Act {
        void run() throws Exception;
    }

    private static void onTmpfs(Rig rig, Act act) throws Exception {
        Files.createDirectories(rig.state);
        Reader.run("mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", rig.state.toString());
        try {
            act.run();
        } finally {
            Reader.run("umount", rig.state.toString());
        }
    }

    /** Another process of its control group takes all its memory, and the kernel kills the daemon. */
    @Test
    void killedForMemoryItHarmsNoLoaderAndTheNextOneTakesOver() throws Exception {
        try (Rig rig = Rig.make();
                LimitedGroup group = LimitedGroup.make("oom", 1L << 30)) {
            List<Path> shards = rig.model("llama", SIZE, 2);
            JsonNode alone;
            try (Stress loader = Stress.load("read", 0, shards)) {
                alone = loader.result();
            }
            try (DaemonProcess daemon = DaemonProcess.start(
                            rig, rig.root, group.command(List.of()).toArray(String[]::new));
                    Stress loader = Stress.load("read", 60, shards)) {
                rig.awaitCounter("loadsDone", 1);
                Files.writeString(Path.of("/proc/" + daemon.pid() + "/oom_score_adj"), "1000");
                Process hungry = new ProcessBuilder(
                                group.command(
                                        List.of(
                                                "sh",
                                                "-c",
                                                "echo -1000 >/proc/self/oom_score_adj; exec dd if=/dev/zero of=/dev/null bs=960M count=1 status=none")))
                        .redirectErrorStream(true)
                        .start();
                try {
                    daemon.awaitEnd(20_000);
                    assertThat(daemon.runs()).as("killed").isFalse();
                } finally {
                    hungry.destroyForcibly();
                }
                JsonNode result = loader.stop().result();
                assertThat(result.path("checksum")).isEqualTo(alone.path("checksum"));
                assertThat(result.path("wrong").asLong()).isZero();
            }
            shards.forEach(rig::makeCold);
            try (DaemonProcess next = DaemonProcess.start(rig)) {
                StormTest.loads(rig, shards);
                next.stop();
            }
        }
    }

    /** A thousand clients that say nothing or nonsense, again and again, while loads go on. */
    @Test
    void aFloodedSocketCostsLoadsNothing() throws Exception {
        try (Rig rig = Rig.make()) {
            List<Path> shards = rig.model("llama", SIZE, 2);
            try (DaemonProcess daemon = DaemonProcess.start(rig)) {
                StormTest.loads(rig, shards);
                int descriptors = daemon.descriptors();
                int threads = daemon.threads();
                List<SocketChannel> clients = new ArrayList<>();
                Thread flood = Thread.ofPlatform().start(() -> flood(rig, clients));
                try (Reader reader = Reader.start()) {
                    reader.open(shards.getFirst());
                    for (Path shard : shards) {
                        rig.awaitResident(shard);
                    }
                    reader.kill();
                } finally {
                    flood.interrupt();
                    flood.join(TimeUnit.SECONDS.toMillis(20));
                    for (SocketChannel client : clients) {
                        client.close();
                    }
                }
                rig.awaitReleased(shards);
                assertThat(rig.status().path("mode").asString()).isEqualTo("enforce");
                await("all of it is given back").atMost(Rig.SOON).untilAsserted(() -> {
                    assertThat(daemon.descriptors()).isLessThanOrEqualTo(descriptors + 1);
                    assertThat(daemon.threads()).isLessThanOrEqualTo(threads + 4);
                });
                daemon.stop();
            }
        }
    }

    private static void flood(Rig rig, List<SocketChannel> clients) {
        Random random = new Random(7);
        byte[] nonsense = new byte[8192];
        for (int i = 0; i < 1000 && !Thread.currentThread().isInterrupted(); i++) {
            try {
                SocketChannel client = SocketChannel.open(StandardProtocolFamily.UNIX);
                clients.add(client);
                client.configureBlocking(false);
                client.connect(UnixDomainSocketAddress.of(rig.socket));
                random.nextBytes(nonsense);
                if (i % 2 == 0) {
                    client.write(ByteBuffer.wrap(nonsense));
                }
            } catch (IOException | RuntimeException refused) {
                continue;
            }
        }
    }
}
