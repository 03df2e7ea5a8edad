package dev.nowake.agent.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.agent.config.Mode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What is resident when the daemon starts. */
@Tag("kernel")
final class IdleFilesTest {
    /** Files in page cache before them in the order of looking make the look at the cold ones late. */
    @Test
    void whoReadsAtOnceAfterTheStartLeavesNothing() throws Exception {
        try (Rig rig = Rig.make();
                Reader reader = Reader.start()) {
            List<Path> resident = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                resident.addAll(rig.model("a" + i, 2 * Rig.MIB, 2));
            }
            for (Path path : resident) {
                for (long at = 0; at < Rig.MIB; at += 65536) {
                    rig.bringIn(path, at, 4096); // in many pieces
                }
            }
            long before = rig.resident(resident);
            List<Path> cold = rig.model("z", 8 * Rig.MIB, 2);
            rig.start(Mode.ENFORCE);

            reader.open(cold.getLast()).act("read").act("close");
            reader.open(cold.getFirst()).act("read").act("close");
            reader.kill();

            rig.awaitReleased(cold);
            assertThat(rig.resident(resident)).isGreaterThanOrEqualTo(Rig.most(before));
        }
    }
}
