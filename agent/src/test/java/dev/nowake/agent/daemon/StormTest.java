package dev.nowake.agent.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Model files are opened faster than anybody can look. How often: {@code -Dnowake.faults.opens=1000000}. */
@Tag("kernel")
final class StormTest {
    private static final long OPENS = Long.getLong("nowake.faults.opens", 100_000);

    @Test
    void aStormOfOpensCostsNeitherMemoryNorDescriptorsNorTheNextLoad() throws Exception {
        try (Rig rig = Rig.make()) {
            List<Path> llama = rig.model("llama", 64 * Rig.MIB, 2);
            List<Path> small = manyModels(rig.root, 20, 10);
            JsonNode alone;
            try (Stress storm = Stress.storm(2, OPENS, small)) {
                alone = storm.result();
            }
            try (DaemonProcess daemon = DaemonProcess.start(rig)) {
                loads(rig, llama);
                int descriptors = daemon.descriptors();
                long before = daemon.residentBytes();
                JsonNode heard;
                try (Stress storm = Stress.storm(2, OPENS, small)) {
                    heard = storm.result();
                }
                long after = daemon.residentBytes();
                await("every load has ended")
                        .atMost(Rig.SOON.multipliedBy(3))
                        .until(() -> rig.counter("loadsDone") == rig.counter("loads"));
                System.out.printf(
                        "alone   %s%nheard   %s%nevents %d, repeated %d, loads %d, overflows %d; resident %d MiB, then %d, then %d%n",
                        alone,
                        heard,
                        rig.counter("events"),
                        rig.counter("eventsCoalesced"),
                        rig.counter("loads"),
                        rig.counter("overflows"),
                        before >> 20,
                        after >> 20,
                        daemon.residentBytes() >> 20);
                assertThat(heard.path("open99").asLong()).isLessThan(10_000_000);
                assertThat(after - before).isLessThan(150 * Rig.MIB);
                await("descriptors are closed")
                        .atMost(Rig.SOON)
                        .untilAsserted(() -> assertThat(daemon.descriptors()).isLessThanOrEqualTo(descriptors));
                loads(rig, llama);
                assertThat(rig.counter("errors")).isZero();
                daemon.stop();
            }
        }
    }

    /** Twenty thousand distinct events while the daemon stands still: the kernel's queue holds 16,384. */
    @Test
    void aLoadThatBeginsWhileEventsAreLostIsFound() throws Exception {
        try (Rig rig = Rig.make();
                Reader reader = Reader.start()) {
            List<Path> llama = rig.model("llama", 64 * Rig.MIB, 2);
            List<Path> small = manyModels(rig.root, 20, 10);
            try (DaemonProcess daemon = DaemonProcess.start(rig)) {
                loads(rig, llama);
                int descriptors = daemon.descriptors();
                long before = daemon.residentBytes();
                Reader.run("kill", "-STOP", "" + daemon.pid());
                Stress.crowd(100, small);
                reader.open(llama.getFirst());
                Reader.run("kill", "-CONT", "" + daemon.pid());

                rig.awaitCounter("overflows", 1);
                rig.awaitCounter("prefetchedBytes", Rig.most(128 * Rig.MIB) - 32 * Rig.MIB);
                reader.act("read").act("close");
                rig.awaitReleased(llama);
                await("every load has ended")
                        .atMost(Rig.SOON.multipliedBy(3))
                        .until(() -> rig.counter("loadsDone") == rig.counter("loads"));
                await("descriptors are closed")
                        .atMost(Rig.SOON)
                        .untilAsserted(() -> assertThat(daemon.descriptors()).isLessThanOrEqualTo(descriptors));
                System.out.printf(
                        "overflows %d, loads %d; resident %d MiB, then %d%n",
                        rig.counter("overflows"), rig.counter("loads"), before >> 20, daemon.residentBytes() >> 20);
                assertThat(daemon.residentBytes() - before).isLessThan(150 * Rig.MIB);
                loads(rig, llama);
                assertThat(rig.counter("errors")).isZero();
                daemon.stop();
            }
        }
    }

    /** Prefetched, read and released. */
    static void loads(Rig rig, List<Path> shards) throws Exception {
        try (Reader reader = Reader.start()) {
            reader.open(shards.getFirst());
            for (Path shard : shards) {
                rig.awaitResident(shard);
            }
            reader.act("read").act("close");
        }
        rig.awaitReleased(shards);
    }

    static List<Path> manyModels(Path root, int models, int shards) throws Exception {
        List<Path> files = new ArrayList<>();
        for (int model = 0; model < models; model++) {
            Path folder = Files.createDirectories(root.resolve("small" + model));
            for (int shard = 1; shard <= shards; shard++) {
                files.add(Files.write(
                        folder.resolve("model-%05d-of-%05d.safetensors".formatted(shard, shards)), new byte[4096]));
            }
        }
        return files;
    }
}
