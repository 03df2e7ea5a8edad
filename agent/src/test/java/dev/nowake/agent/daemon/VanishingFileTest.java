package dev.nowake.agent.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.agent.config.Mode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that shrink, go, or become other files while they are being prefetched. */
@Tag("kernel")
final class VanishingFileTest {
    @ParameterizedTest
    @ValueSource(strings = {"truncate -s 5000 %s", "rm %s", "cp %s %s.new; mv %s.new %s"})
    void theDaemonGoesOn(String harm) throws Exception {
        try (Rig rig = Rig.make();
                Reader reader = Reader.start()) {
            List<Path> shards = rig.model("llama", 192 * Rig.MIB, 3);
            List<Path> others = rig.model("other", 32 * Rig.MIB, 1);
            rig.start(Mode.ENFORCE);

            reader.open(shards.getFirst());
            for (Path shard : shards) {
                Reader.run("sh", "-c", harm.replace("%s", shard.toString()));
            }
            reader.act("close");
            reader.kill();
            rig.awaitQuiet();

            Reader.load("read", others);
            rig.awaitReleased(others);
            assertThat(rig.status().path("heldFiles").asInt()).isZero();
        }
    }

    @Test
    void aShardThatIsGoneBeforeItsTurnIsSaid() throws Exception {
        try (Rig rig = Rig.make();
                Reader reader = Reader.start()) {
            List<Path> shards = rig.model("llama", 64 * Rig.MIB, 2);
            rig.start(Mode.ENFORCE);
            // unheard of: this process is no reader, and the folder settles a while before it is listed again
            Files.delete(shards.getLast());

            reader.open(shards.getFirst());
            rig.awaitResident(shards.getFirst());
            rig.awaitCounter("errors", 1);
            reader.act("close");
            reader.kill();
            rig.awaitReleased(shards.subList(0, 1));
            rig.stop();

            assertThat(rig.journal("error"))
                    .anySatisfy(line -> assertThat(line.path("path").asString())
                            .isEqualTo(shards.getLast().toString()));
        }
    }
}
