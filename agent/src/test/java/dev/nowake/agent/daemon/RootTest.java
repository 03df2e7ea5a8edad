package dev.nowake.agent.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.agent.config.Mode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("kernel")
final class RootTest {
    @Test
    void aRootThatComesGoesAndComesBack() throws Exception {
        try (Rig rig = Rig.make()) {
            Path late = rig.folder.resolve("late");
            List<Path> made = rig.model(Rig.spec("llama", 32 * Rig.MIB, 1), rig.folder.resolve("made"));
            Path shard = late.resolve("llama/model.safetensors");
            rig.start(Mode.ENFORCE, late);
            assertThat(rig.counter("errors")).isEqualTo(1);

            Reader.run("mkdir", "-p", shard.getParent().toString());
            Reader.run("cp", made.getFirst().toString(), shard.toString());
            awaitLoadOf(rig, shard, 1);
            Reader.run("rm", "-r", late.toString());
            Reader.run("mkdir", "-p", shard.getParent().toString());
            Reader.run("cp", made.getFirst().toString(), shard.toString());
            awaitLoadOf(rig, shard, rig.counter("loads") + 1);
        }
    }

    /** Roots are looked for every two seconds. */
    private static void awaitLoadOf(Rig rig, Path shard, long loads) throws Exception {
        Reader.run("sync", shard.toString());
        for (int i = 0; i < 40 && rig.counter("loads") < loads; i++) {
            Reader.run("sh", "-c", "cat " + shard + " >/dev/null; sleep 0.2");
        }
        assertThat(rig.counter("loads")).isGreaterThanOrEqualTo(loads);
        rig.awaitQuiet();
    }

    /** Foreign files on the same filesystem cost nothing: no event reaches the daemon. */
    @Test
    void opensOutsideTheRootsRaiseNoEvent() throws Exception {
        try (Rig rig = Rig.make();
                Reader reader = Reader.start()) {
            Path foreign = Files.write(rig.folder.resolve("foreign"), new byte[8192]);
            rig.start(Mode.ENFORCE);

            reader.act("opens 20000 " + foreign);

            rig.keeps(200, () -> assertThat(rig.counter("events")).isZero());
        }
    }

    @Test
    void twentyThousandOpensLeaveNoDescriptor() throws Exception {
        try (Rig rig = Rig.make();
                Reader reader = Reader.start()) {
            List<Path> shards = rig.model("llama", 16 * Rig.MIB, 1);
            rig.start(Mode.ENFORCE);
            rig.status();
            int before = descriptors();

            reader.act("opens 20000 " + shards.getFirst());
            reader.kill();

            rig.awaitReleased(shards);
            rig.awaitQuiet();
            assertThat(rig.status().path("heldFiles").asInt()).isZero();
            assertThat(descriptors()).isLessThanOrEqualTo(before + 2);
        }
    }

    private static int descriptors() {
        return new java.io.File("/proc/self/fd").list().length;
    }

    /** The same file by another way: through a bind mount, and from another mount namespace. */
    @Test
    void opensThroughABindMountAndFromAnotherNamespaceAreSeen() throws Exception {
        try (Rig rig = Rig.make()) {
            List<Path> shards = rig.model("llama", 32 * Rig.MIB, 1);
            Path elsewhere = Files.createDirectory(rig.folder.resolve("elsewhere"));
            rig.start(Mode.ENFORCE);

            Reader.run(
                    "unshare",
                    "-m",
                    "sh",
                    "-ec",
                    "mount --bind %s %s; cat %s/llama/model.safetensors > /dev/null"
                            .formatted(rig.root, elsewhere, elsewhere));

            rig.awaitLoadsDone(1);
            rig.awaitReleased(shards);
            assertThat(rig.load().path("model").asString()).isEqualTo("llama");
        }
    }
}
