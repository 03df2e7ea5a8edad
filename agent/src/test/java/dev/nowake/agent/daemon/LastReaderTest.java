package dev.nowake.agent.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.agent.config.Mode;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Pages stay while anybody can use them, in whatever way, and go when nobody can. */
@Tag("kernel")
final class LastReaderTest {
    /** Longer than every probe after a close: what was not dropped by then waits for another event. */
    private static final long LONG_MILLIS = 700;

    private Rig rig;
    private List<Path> shards;
    private Path shard;

    @BeforeEach
    void start() throws Exception {
        rig = Rig.make();
        shards = rig.model("llama", 32 * Rig.MIB, 1);
        shard = shards.getFirst();
        rig.start(Mode.ENFORCE);
    }

    @AfterEach
    void stop() throws Exception {
        rig.close();
    }

    private void staysResident() throws Exception {
        rig.awaitResident(shard);
        long size = rig.resident(shard);
        rig.keeps(LONG_MILLIS, () -> assertThat(rig.resident(shard)).isGreaterThanOrEqualTo(Rig.most(size)));
        assertThat(rig.load().path("state").asString()).isEqualTo("loading");
    }

    @Test
    void manyOpensOfOneProcessClosedOneByOne() throws Exception {
        try (Reader reader = Reader.start()) {
            for (int i = 0; i < 20; i++) {
                reader.open(shard);
            }
            for (int i = 0; i < 19; i++) {
                reader.act("close");
            }
            staysResident();
            reader.act("close");
            rig.awaitReleased(shards);
        }
    }

    @Test
    void aForkedChildKeepsWhatItsParentOpened() throws Exception {
        String child = Reader.run("sh", "-c", "exec 3<" + shard + "; sleep 60 >/dev/null 2>&1 & echo $!");
        try {
            staysResident();
        } finally {
            Reader.run("kill", child);
        }
        rig.awaitReleased(shards);
    }

    @Test
    void aDescriptorInFlightOverASocket() throws Exception {
        try (Reader reader = Reader.start()) {
            reader.act("send " + shard);
            staysResident();
            reader.act("drop");
            rig.awaitReleased(shards);
        }
    }

    @Test
    void aMappingOutlivesItsDescriptor() throws Exception {
        try (Reader reader = Reader.start()) {
            reader.map(shard);
            staysResident();
            reader.act("unmap");
            rig.awaitReleased(shards);
        }
    }

    @Test
    void aSecondReaderOverlapsTheFirst() throws Exception {
        try (Reader first = Reader.start();
                Reader second = Reader.start()) {
            first.open(shard);
            second.map(shard);
            first.act("close");
            first.kill();
            staysResident();
            second.act("unmap");
            rig.awaitReleased(shards);
        }
    }

    @Test
    void aKilledReader() throws Exception {
        try (Reader reader = Reader.start()) {
            reader.open(shard).map(shard);
            staysResident();
            reader.kill();
            rig.awaitReleased(shards);
        }
    }

    @Test
    void aReaderWhoComesBackAtOnceIsALoadOfItsOwn() throws Exception {
        try (Reader reader = Reader.start()) {
            for (int i = 0; i < 15; i++) {
                reader.open(shard).act("read").act("close");
            }
            reader.open(shard).act("read");
            staysResident();
            reader.act("close");
            rig.awaitReleased(shards);
            assertThat(rig.status().path("heldFiles").asInt()).isZero();
        }
    }
}
