package dev.nowake.agent.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.agent.config.Mode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Files and folders that appear in a root while the daemon runs. */
@Tag("kernel")
final class DownloadTest {
    @Test
    void whatADownloaderWroteIsNotDropped() throws Exception {
        try (Rig rig = Rig.make()) {
            List<Path> source = rig.model(Rig.spec("llama", 32 * Rig.MIB, 1), rig.folder.resolve("source"));
            rig.start(Mode.ENFORCE);
            Path copy = rig.root.resolve("llama/model.safetensors");

            Reader.run("sh", "-c", "mkdir -p " + copy.getParent() + "; cp " + source.getFirst() + " " + copy);
            Reader.run("sync", copy.toString());
            long size = Files.size(copy);

            // The host was seen to take a few pages at the end of a fresh copy that nowake had not even heard of: what
            // it
            // evicted is exact, what is resident may be a little less.
            rig.keeps(700, () -> assertThat(rig.resident(copy)).isGreaterThan(size * 9 / 10));
            Reader.load("read", List.of(copy));
            rig.awaitLoadsDone(1);
            assertThat(rig.counter("evictedBytes"))
                    .as("written before its first open")
                    .isZero();
            assertThat(rig.resident(copy)).isGreaterThan(size * 9 / 10);
        }
    }

    @Test
    void aModelInANewFolderTwoLevelsDownIsPrefetchedAtItsFirstOpen() throws Exception {
        try (Rig rig = Rig.make();
                Reader reader = Reader.start()) {
            rig.start(Mode.ENFORCE);
            Path where = rig.root.resolve("org/new");
            List<Path> made = rig.model(Rig.spec("new", 96 * Rig.MIB, 3), rig.folder.resolve("elsewhere"));
            Reader.run("mkdir", "-p", where.toString());
            List<Path> shards = made.stream()
                    .map(shard -> where.resolve(shard.getFileName()))
                    .toList();
            for (Path file : Files.list(made.getFirst().getParent()).toList()) {
                Reader.run("mv", file.toString(), where.toString());
            }
            rig.keeps(500, () -> assertThat(rig.counter("loads")).isZero());

            reader.open(shards.get(1));
            for (Path shard : shards) {
                rig.awaitResident(shard);
            }
            reader.act("close");
            reader.kill();
            rig.awaitReleased(shards);
        }
    }

    /** The new folder may have the inode number of the old one, whose mark is gone with it. */
    @Test
    void aModelDeletedAndMadeAgainAtOnce() throws Exception {
        try (Rig rig = Rig.make();
                Reader reader = Reader.start()) {
            List<Path> shards = rig.model("llama", 32 * Rig.MIB, 1);
            Path shard = shards.getFirst();
            rig.start(Mode.ENFORCE);
            String again = "cp -r %s %s.kept; rm -r %s; mkdir %s; mv %s.kept/* %s; sync %s/*"
                    .replace("%s", shard.getParent().toString());
            Reader.run("sh", "-ec", again);
            rig.awaitQuiet(); // cp read it
            rig.makeCold(shard);

            reader.open(shard);
            rig.awaitResident(shard);
            reader.act("close");
            reader.kill();
            rig.awaitReleased(shards);
        }
    }

    /** The open is the first the daemon hears of the file: no time between its making and its use. */
    @Test
    void aModelReadTheMomentItWasMade() throws Exception {
        try (Rig rig = Rig.make()) {
            rig.start(Mode.ENFORCE);
            List<Path> made = rig.model(Rig.spec("new", 32 * Rig.MIB, 1), rig.folder.resolve("elsewhere"));
            Path folder = rig.root.resolve("a/b");
            Path shard = folder.resolve(made.getFirst().getFileName());

            Reader.run(
                    "sh",
                    "-c",
                    "mkdir -p %s; mv %s %s; cat %s >/dev/null; sleep 0.4; cat %s >/dev/null"
                            .formatted(folder, made.getFirst(), shard, shard, shard));
            rig.awaitCounter("loads", 1);
            rig.awaitQuiet();
            assertThat(rig.status().path("heldFiles").asInt()).isZero();
        }
    }
}
