package dev.nowake.agent.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.agent.config.Mode;
import dev.nowake.agent.remote.RemoteKind;
import dev.nowake.agent.remote.RemoteMount;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

/** A root on mounts as people have them: real servers and clients on loopback. */
@Tag("kernel")
final class RemoteMountsTest {
    private Rig rig;

    @BeforeEach
    void make() throws Exception {
        rig = Rig.make();
    }

    @AfterEach
    void close() throws Exception {
        rig.close();
    }

    @ParameterizedTest
    @EnumSource(RemoteKind.class)
    void aLoadIsSeenPrefetchedAndGivenBack(RemoteKind kind) throws Exception {
        List<Path> served = rig.model("llama", 12 * Rig.MIB, 3);
        try (RemoteMount remote = RemoteMount.start(kind, rig.root)) {
            List<Path> shards = remote.seen(served);
            rig.start(Mode.ENFORCE, remote.path());
            try (Reader reader = Reader.start()) {
                reader.open(shards.getFirst());
                rig.awaitCounter("opens", 1); // what is read before is taken for somebody else's
                reader.act("read");
                for (Path shard : shards.subList(1, shards.size())) {
                    reader.open(shard).act("read");
                }
                for (int open = shards.size(); open > 0; open--) {
                    reader.act("close");
                }
            }
            rig.awaitCounter("loadsDone", 1);
            if (kind.keepsPages()) { // else a look from here would drop them
                rig.awaitReleased(shards);
            }

            JsonNode outcome = rig.journal("outcome").getFirst();
            assertThat(outcome.path("landedBytes").asLong()).isPositive();
            assertThat(outcome.path("cancelled").asBoolean()).isFalse();
            assertThat(rig.counter("prefetchErrors")).isZero();
            assertThat(rig.status().path("mounts").path(0).path("fsType").asString())
                    .isEqualTo(kind.type());
            assertThat(Reader.load("read", shards).path("checksum"))
                    .isEqualTo(Reader.load("read", served).path("checksum"));
            rig.stop();
        }
    }
}
