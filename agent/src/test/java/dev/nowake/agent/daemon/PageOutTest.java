package dev.nowake.agent.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.agent.execute.PageOut;
import dev.nowake.kernel.FileStatus;
import dev.nowake.model.FileId;
import dev.nowake.model.RangeSet;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Mapped pages are taken from their one mapper, and from nobody where there are two. */
class PageOutTest {
    private static final long SIZE = 32 * Rig.MIB;

    private static PageOut.Result pageOut(Rig rig, Path file, long bytes) throws Exception {
        FileStatus status = rig.kernel.files().status(file);
        FileId id = new FileId(status.device(), status.inode());
        return new PageOut(rig.kernel.foreignMemory(), Path.of("/")).of(id, RangeSet.between(0, bytes));
    }

    @Test
    void theOnlyMapperLosesThePagesAskedForAndNoOthers() throws Exception {
        try (Rig rig = Rig.make();
                Reader reader = Reader.start()) {
            Path shard = rig.model("llama", SIZE, 1).getFirst();
            reader.act("map " + shard);
            assertThat(rig.resident(shard)).isGreaterThanOrEqualTo(Rig.most(SIZE));

            assertThat(pageOut(rig, shard, 8 * Rig.MIB)).isEqualTo(new PageOut.Result(1, 8 * Rig.MIB));
            assertThat(rig.resident(shard)).isBetween(Rig.most(SIZE - 10 * Rig.MIB), SIZE - 7 * Rig.MIB);
        }
    }

    @Test
    void twoMappersKeepTheirs() throws Exception {
        try (Rig rig = Rig.make();
                Reader one = Reader.start();
                Reader other = Reader.start()) {
            Path shard = rig.model("llama", SIZE, 1).getFirst();
            one.act("map " + shard);
            other.act("map " + shard);

            assertThat(pageOut(rig, shard, SIZE)).isEqualTo(new PageOut.Result(2, 0));
            assertThat(rig.resident(shard)).isGreaterThanOrEqualTo(Rig.most(SIZE));
        }
    }

    @Test
    void nobodyMapsNothingHappens() throws Exception {
        try (Rig rig = Rig.make()) {
            Path shard = rig.model("llama", SIZE, 1).getFirst();
            assertThat(pageOut(rig, shard, SIZE)).isEqualTo(new PageOut.Result(0, 0));
        }
    }
}
