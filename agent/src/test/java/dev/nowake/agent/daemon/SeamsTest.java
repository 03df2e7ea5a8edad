package dev.nowake.agent.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.agent.execute.Evictor;
import dev.nowake.agent.execute.HostMappings;
import dev.nowake.kernel.FileStatus;
import dev.nowake.kernel.OpenFile;
import dev.nowake.model.FileId;
import dev.nowake.model.RangeSet;
import java.nio.file.Path;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Ranges dropped one after the other leave no folio between them. */
class SeamsTest {
    private static final long FOLIO = 2L << 20;

    @Property
    void onlyWhatWasToBeDroppedIsDropped(
            @ForAll @LongRange(min = 0, max = 1L << 24) long a,
            @ForAll @LongRange(min = 1, max = 1L << 24) long first,
            @ForAll @LongRange(min = 1, max = 1L << 24) long second) {
        RangeSet dropped = RangeSet.between(a, a + first);
        RangeSet fresh = RangeSet.between(a + first, a + first + second);
        RangeSet ranges = Seams.closed(fresh, dropped);
        assertThat(ranges.union(dropped)).isEqualTo(fresh.union(dropped));
        assertThat(fresh.minus(ranges).isEmpty()).isTrue();
        assertThat(ranges.bytes() - fresh.bytes()).isLessThan(FOLIO);
        long seam = (a + first) / FOLIO * FOLIO;
        boolean both = seam >= a && seam + FOLIO <= a + first + second;
        if (both) {
            assertThat(RangeSet.between(seam, seam + FOLIO).minus(ranges).isEmpty())
                    .as("the folio at the seam")
                    .isTrue();
        }
        assertThat(Seams.inside(ranges, Long.MAX_VALUE).minus(ranges).isEmpty()).isTrue();
    }

    @Test
    @Tag("kernel")
    void largeFoliosBetweenStepsGoWithTheSecond() throws Exception {
        try (Rig rig = Rig.make()) {
            Path shard = rig.model("llama", 64 * Rig.MIB, 1).getFirst();
            rig.bringIn(shard, 0, 64 * Rig.MIB);
            Evictor evictor = new Evictor(rig.kernel, new HostMappings());
            try (OpenFile file = rig.kernel.files().open(shard)) {
                FileStatus status = rig.kernel.files().status(file);
                FileId id = new FileId(status.device(), status.inode());
                RangeSet dropped = RangeSet.EMPTY;
                long step = 7 * Rig.MIB + 4096 * 3;
                for (long end = step; end < 60 * Rig.MIB; end += step) {
                    RangeSet fresh = RangeSet.between(0, end).minus(dropped);
                    evictor.evict(file, id, Seams.closed(fresh, dropped), 500_000_000L);
                    dropped = dropped.union(fresh);
                    assertThat(rig.kernel
                                    .pageCache()
                                    .residency(file, 0, end / FOLIO * FOLIO)
                                    .residentBytes())
                            .as("left behind the seam at " + end)
                            .isZero();
                }
            }
        }
    }
}
