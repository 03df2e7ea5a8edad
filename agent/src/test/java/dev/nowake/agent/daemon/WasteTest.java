package dev.nowake.agent.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.agent.load.Load;
import dev.nowake.agent.load.ProgressSource;
import dev.nowake.agent.load.ReaderProgress;
import dev.nowake.agent.load.TrackedShard;
import dev.nowake.model.FileId;
import dev.nowake.model.Format;
import dev.nowake.model.Model;
import dev.nowake.model.RangeSet;
import dev.nowake.model.Shard;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;

class WasteTest {
    private static final long GIB = 1L << 30;
    private static final long UNSEEN = 64L << 20;

    private final TrackedShard first = shard(0);
    private final TrackedShard second = shard(1);
    private final Load load =
            new Load(new Model("m", Format.GGUF, List.of(first.shard(), second.shard())), List.of(first, second), 0);

    private static TrackedShard shard(int index) {
        return new TrackedShard(new Shard(new FileId(1, index), index, "s" + index, GIB), Path.of("s" + index));
    }

    private void reader(int pid, ProgressSource source) {
        load.addReader(pid, 1);
        load.progress(Map.of(pid, new ReaderProgress(source, 0)));
    }

    @Example
    void aShardNobodyOpenedIsWastedWhoeverReads() {
        second.addLanded(GIB);
        assertThat(Waste.of(load)).isEqualTo(new Waste(GIB, 0));
    }

    @Example
    void ofAReaderThatCannotBeFollowedNothingIsKnown() {
        first.markOpened();
        first.addLanded(GIB);
        first.touched().byAny(RangeSet.between(0, 1));
        for (ProgressSource source :
                new ProgressSource[] {ProgressSource.TRACEPOINTS, ProgressSource.RESIDENCY, ProgressSource.UNKNOWN}) {
            reader(1, source);
            assertThat(Waste.of(load)).as(source.label()).isEqualTo(new Waste(0, GIB));
        }
    }

    @Example
    void whatAnyReaderTouchedIsNoWasteThoughItIsGoneByNow() {
        reader(1, ProgressSource.PAGE_TABLE);
        first.markOpened();
        first.addLanded(GIB);
        first.touched().byAny(RangeSet.between(0, GIB / 4));
        first.anotherReader();
        first.touched().byAny(RangeSet.between(GIB / 2, GIB));
        assertThat(Waste.of(load)).isEqualTo(new Waste(GIB / 4 - UNSEEN, UNSEEN));
    }

    @Example
    void theEndOfEachShardMayHaveBeenReadBetweenTwoLooks() {
        reader(1, ProgressSource.POSITION);
        for (TrackedShard shard : List.of(first, second)) {
            shard.markOpened();
            shard.addLanded(GIB);
            shard.touched().byAny(RangeSet.between(0, GIB - UNSEEN));
        }
        assertThat(Waste.of(load)).isEqualTo(new Waste(0, 2 * UNSEEN));
    }

    @Property(tries = 300)
    void noMoreIsWastedThanLandedNorThanNobodyTouched(
            @ForAll @LongRange(max = GIB) long landed,
            @ForAll @LongRange(max = GIB) long touched,
            @ForAll @LongRange(max = GIB) long before) {
        WasteTest fresh = new WasteTest(); // this one's load is the same in every try
        fresh.reader(1, ProgressSource.POSITION);
        fresh.first.markOpened();
        fresh.first.addLanded(landed);
        fresh.first.touched().byAny(RangeSet.between(0, touched));
        fresh.first.residentBefore(RangeSet.between(GIB - before, GIB));
        Waste waste = Waste.of(fresh.load);
        assertThat(waste.wastedBytes()).isBetween(0L, Math.min(landed, GIB - touched));
        assertThat(waste.unjudgedBytes()).isNotNegative();
        assertThat(waste.wastedBytes() + waste.unjudgedBytes()).isLessThanOrEqualTo(landed);
    }
}
