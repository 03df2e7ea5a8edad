package dev.nowake.agent.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.agent.config.ConfigFile;
import dev.nowake.agent.config.Mode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What is read while loads go on is replaced by nonsense, and what is mounted comes and goes faster than anybody looks. */
@Tag("kernel")
final class NonsenseTest {
    private static final int MOUNTS = Integer.getInteger("nowake.faults.mounts", 8);

    @Test
    void aConfigurationOfRandomBytesIsRefusedAndTheOldOneStays() throws Exception {
        try (Rig rig = Rig.make();
                Reader reader = Reader.start()) {
            List<Path> shards = rig.model("llama", 32 * Rig.MIB, 2);
            Path file = rig.folder.resolve("nowake.yaml");
            long seed = System.nanoTime();
            Random random = new Random(seed);
            rig.start(Mode.ENFORCE);
            reader.open(shards.getFirst());
            for (int i = 0; i < 30; i++) {
                byte[] nonsense = new byte[1 + random.nextInt(4096)];
                random.nextBytes(nonsense);
                Files.write(file, nonsense);
                assertThat(rig.reload(policies -> ConfigFile.read(file))
                                .path("error")
                                .isMissingNode())
                        .as("seed " + seed)
                        .isFalse();
            }
            assertThat(rig.counter("reloadsFailed")).isEqualTo(30);
            assertThat(rig.status().path("mode").asString()).isEqualTo("enforce");
            for (Path shard : shards) {
                rig.awaitResident(shard);
            }
            reader.kill();
            rig.awaitReleased(shards);
            assertThat(rig.counter("errors")).isZero();
        }
    }

    @Test
    void aFilesystemMountedAndUnmountedAgainAndAgainIsNeverKeptBusy() throws Exception {
        try (Rig rig = Rig.make()) {
            Path image = rig.folder.resolve("image");
            Path point = Files.createDirectory(rig.folder.resolve("point"));
            Reader.run("truncate", "-s", "96M", image.toString());
            Reader.run("mkfs.ext4", "-q", image.toString());
            Reader.run("mount", "-o", "loop", image.toString(), point.toString());
            List<Path> shards = rig.model(Rig.spec("llama", 32 * Rig.MIB, 2), point.resolve("llama"));
            Reader.run("umount", point.toString());
            try (DaemonProcess daemon = DaemonProcess.start(rig, point)) {
                int descriptors = 0;
                String checksum = null;
                for (int i = 0; i < MOUNTS; i++) {
                    Reader.run("mount", "-o", "loop", image.toString(), point.toString());
                    try (Stress loader = Stress.load("read", 0, shards)) {
                        String loaded = loader.result().path("checksum").asString();
                        assertThat(checksum == null ? loaded : checksum).isEqualTo(loaded);
                        checksum = loaded;
                    }
                    Reader.run(
                            "sh",
                            "-c",
                            "for i in $(seq 100); do umount " + point
                                    + " 2>/dev/null && exit 0; sleep 0.05; done; exit 1");
                    descriptors = i == 4 ? daemon.descriptors() : descriptors;
                }
                assertThat(daemon.descriptors()).isLessThanOrEqualTo(descriptors + 2);

                Reader.run("mount", "-o", "loop", image.toString(), point.toString());
                try (Reader reader = Reader.start()) {
                    reader.open(shards.getFirst());
                    for (Path shard : shards) {
                        rig.awaitResident(shard);
                    }
                }
                rig.awaitReleased(shards);
                daemon.stop();
            } finally {
                new ProcessBuilder("umount", "-l", point.toString()).start().waitFor();
            }
        }
    }
}
