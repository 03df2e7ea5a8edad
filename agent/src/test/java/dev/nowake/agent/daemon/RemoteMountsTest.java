package dev.nowake.agent.daemon;

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

/** A root on real network mounts. */
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
    void anOpenIsSeenAndWhatIsPrefetchedIsReleased(RemoteKind kind) throws Exception {
        List<Path> served = rig.model("llama", 24 * Rig.MIB, 3);
        try (RemoteMount remote = RemoteMount.start(kind, rig.root)) {
            List<Path> shards = remote.seen(served);
            rig.start(Mode.ENFORCE, remote.path());
            try (Reader reader = Reader.start()) {
                reader.open(shards.getFirst());
                rig.awaitCounter("opens", 1);
                Thread.sleep(2000);
                for (Path s : shards) System.out.println(kind + " resident after first open " + rig.resident(s));
                reader.act("read");
                for (Path s : shards) System.out.println(kind + " resident after read " + rig.resident(s));
                reader.open(shards.get(1)).act("read").open(shards.get(2)).act("read");
                for (Path s : shards) System.out.println(kind + " resident after all " + rig.resident(s));
                reader.act("close").act("close").act("close");
            }
            rig.awaitReleased(shards);
            System.out.println(rig.status().path("mounts") + " " + rig.status().path("counters"));
            System.out.println(rig.journal("mount") + " " + rig.journal("outcome"));
            rig.stop();
        }
    }
}
