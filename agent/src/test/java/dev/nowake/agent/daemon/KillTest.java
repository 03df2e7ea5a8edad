package dev.nowake.agent.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * The daemon is killed at random moments, its start included, while loaders run that know nothing of it. How often:
 * {@code -Dnowake.faults.kills=50}; the seed stands in the report. With {@code -Dnowake.faults.elsewhere=true} it watches
 * another folder: what openers wait then is the host's doing.
 */
@Tag("kernel")
final class KillTest {
    private static final int KILLS = Integer.getInteger("nowake.faults.kills", 6);

    /** Every other one is killed within this of its launch, the others within this of being ready. */
    private static final int LONGEST_LIFE_MILLIS = 800;

    private static final double FOREVER_SECONDS = 3600;

    @Test
    void loadersGoOnUnharmedAndUnhindered() throws Exception {
        try (Rig rig = Rig.make()) {
            List<Path> read = rig.model("read", 48 * Rig.MIB, 3);
            List<Path> mapped = rig.model("mapped", 48 * Rig.MIB, 2);
            JsonNode readAlone;
            JsonNode mappedAlone;
            try (Stress one = Stress.load("read", 1.5, read);
                    Stress other = Stress.load("mmap", 1.5, mapped)) {
                readAlone = one.result();
                mappedAlone = other.result();
            }

            long seed = Long.getLong("nowake.faults.seed", System.nanoTime());
            try (Stress one = Stress.load("read", FOREVER_SECONDS, read);
                    Stress other = Stress.load("mmap", FOREVER_SECONDS, mapped)) {
                killAgainAndAgain(rig, new Random(seed));
                report("read", readAlone, one.stop().result(), seed);
                report("mmap", mappedAlone, other.stop().result(), seed);
            }
            assertNothingLeft(rig);
            assertTheNextOneWorks(rig, read);
        }
    }

    private static void killAgainAndAgain(Rig rig, Random random) throws Exception {
        Path root = Boolean.getBoolean("nowake.faults.elsewhere")
                ? Files.createDirectories(rig.folder.resolve("elsewhere"))
                : rig.root;
        for (int i = 0; i < KILLS; i++) {
            try (DaemonProcess daemon = DaemonProcess.launch(rig, root, Map.of())) {
                if (i % 2 == 0) {
                    assertThat(daemon.firstLine()).isEqualTo("ready");
                }
                daemon.awaitEnd(random.nextInt(LONGEST_LIFE_MILLIS));
                assertThat(daemon.runs()).isTrue();
                daemon.kill();
            }
        }
    }

    private static void assertTheNextOneWorks(Rig rig, List<Path> shards) throws Exception {
        shards.forEach(rig::makeCold);
        try (DaemonProcess next = DaemonProcess.start(rig);
                Reader reader = Reader.start()) {
            reader.open(shards.getFirst());
            for (Path shard : shards) {
                rig.awaitResident(shard);
            }
            reader.kill();
            rig.awaitReleased(shards);
            next.stop();
        }
    }

    /**
     * The promise is that no open waits 10 ms for nowake. A busy host makes openers wait by itself, for a CPU, which is not
     * counted, and for other things, so only the hundredth slowest is held against it; the report tells the rest.
     */
    private static void report(String how, JsonNode alone, JsonNode killed, long seed) {
        System.out.printf(
                "%s, seed %d: without a daemon %s%n        while it was killed %s%n", how, seed, alone, killed);
        assertThat(killed.path("checksum").asString())
                .isEqualTo(alone.path("checksum").asString());
        assertThat(killed.path("wrong").asLong()).isZero();
        assertThat(killed.path("open99").asLong()).isLessThan(10_000_000);
    }

    /** No mark on the root, nobody who listens on the socket, no file of the models open. */
    private static void assertNothingLeft(Rig rig) throws Exception {
        String inode = "ino:%x ".formatted((long) Files.getAttribute(rig.root, "unix:ino"));
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : processes) {
                assertNone(
                        process.resolve("fdinfo"),
                        info -> Files.readString(info)
                                .lines()
                                .anyMatch(line -> line.startsWith("fanotify") && line.contains(inode)));
                assertNone(
                        process.resolve("fd"), fd -> Files.readSymbolicLink(fd).startsWith(rig.root));
            }
        }
        assertThat(Files.readString(Path.of("/proc/net/unix"))).doesNotContain(rig.socket.toString());
    }

    private interface Question {
        boolean ask(Path path) throws IOException;
    }

    private static void assertNone(Path folder, Question question) {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
            for (Path entry : entries) {
                boolean found;
                try {
                    found = question.ask(entry);
                } catch (IOException gone) {
                    continue;
                }
                assertThat(found).as("left: " + entry).isFalse();
            }
        } catch (IOException ended) {
            return;
        }
    }
}
