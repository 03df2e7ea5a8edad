package dev.nowake.agent.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Loads of all kinds, back to back: what the daemon holds afterwards. {@code samples/faults/soak.sh} runs thousands. */
@Tag("kernel")
final class SoakTest {
    private static final int TURNS = Integer.getInteger("nowake.faults.turns", 16);

    @Test
    void descriptorsThreadsAndMarksStayAsTheyAre() throws Exception {
        try (Rig rig = Rig.make()) {
            List<Path> shards = rig.model("llama", 8 * Rig.MIB, 2);
            List<Path> written = rig.model("written", 8 * Rig.MIB, 1);
            String checksum;
            try (Stress alone = Stress.load("read", 0, shards)) {
                checksum = alone.result().path("checksum").asString();
            }
            try (DaemonProcess daemon = DaemonProcess.start(rig)) {
                for (int i = 0; i < 4; i++) {
                    turn(rig, shards, written, checksum);
                }
                awaitIdle(rig);
                int descriptors = daemon.descriptors();
                int threads = daemon.threads();
                int marks = daemon.marks();
                for (int i = 0; i < TURNS; i++) {
                    turn(rig, shards, written, checksum);
                }
                awaitIdle(rig);
                assertThat(rig.counter("loads")).isGreaterThanOrEqualTo(TURNS);
                await("nothing more is held").atMost(Rig.SOON).untilAsserted(() -> {
                    assertThat(daemon.descriptors()).isLessThanOrEqualTo(descriptors);
                    assertThat(daemon.threads()).isLessThanOrEqualTo(threads);
                    assertThat(daemon.marks()).isEqualTo(marks);
                });
                daemon.stop();
            }
        }
    }

    private static void turn(Rig rig, List<Path> shards, List<Path> written, String checksum) throws Exception {
        for (String how : List.of("mmap", "read")) {
            try (Stress loader = Stress.load(how, 0, shards)) {
                assertThat(loader.result().path("checksum").asString()).isEqualTo(checksum);
            }
        }
        Stress.load("read", 60, written).close(); // killed
        try (Stress loader = Stress.load("read", 0, written)) {
            Reader.run(
                    "dd",
                    "if=/dev/zero",
                    "of=" + written.getFirst(),
                    "bs=64k",
                    "count=4",
                    "conv=notrunc",
                    "status=none");
            loader.result();
        }
        Path copy = rig.root.resolve("copy");
        Reader.run("cp", "-r", shards.getFirst().getParent().toString(), copy.toString());
        try (Stress loader = Stress.load(
                "read",
                0,
                shards.stream().map(shard -> copy.resolve(shard.getFileName())).toList())) {
            assertThat(loader.result().path("checksum").asString()).isEqualTo(checksum);
        }
        Rig.delete(copy);
    }

    private static void awaitIdle(Rig rig) {
        await("idle")
                .during(Duration.ofMillis(500))
                .atMost(Rig.SOON.multipliedBy(2))
                .until(() -> {
                    long loads = rig.counter("loads");
                    return rig.counter("loadsDone") == loads;
                });
    }
}
