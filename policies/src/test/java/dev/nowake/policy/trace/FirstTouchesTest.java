package dev.nowake.policy.trace;

import static dev.nowake.policy.trace.Traces.access;
import static dev.nowake.policy.trace.Traces.file;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.model.ByteRange;
import dev.nowake.model.RangeSet;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class FirstTouchesTest {
    @Provide
    Arbitrary<List<ByteRange>> ranges() {
        return Combinators.combine(
                        Arbitraries.longs().between(0, 60), Arbitraries.longs().between(1, 20))
                .as(ByteRange::ofLength)
                .list()
                .ofMaxSize(30);
    }

    @Property
    void eachByteIsFreshOnce(@ForAll("ranges") List<ByteRange> ranges) {
        FirstTouches touches = new FirstTouches();
        RangeSet seen = RangeSet.EMPTY;
        for (ByteRange range : ranges) {
            RangeSet all = RangeSet.of(range);
            assertThat(RangeSet.ofAll(touches.take(range))).isEqualTo(all.minus(seen));
            seen = seen.union(all);
        }
    }

    @Test
    void pagesWhereTheyWereFirstTouched() {
        TraceFile small = new TraceFile(TraceName.of("/small"), 10_000, 0);
        Trace trace = Traces.of(
                List.of(small, file("/big")),
                access(0, 9000, 5000),
                access(1, 5000, 1),
                access(0, 100, 1),
                access(0, 9999, 1),
                access(1, 0, 8192),
                access(0, 20_000, 5));
        assertThat(FirstTouches.of(trace, 4096))
                .extracting(Access::file, each -> each.range().toString())
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(0, new ByteRange(8192, 10_000).toString()),
                        org.assertj.core.groups.Tuple.tuple(1, new ByteRange(4096, 8192).toString()),
                        org.assertj.core.groups.Tuple.tuple(0, new ByteRange(0, 4096).toString()),
                        org.assertj.core.groups.Tuple.tuple(1, new ByteRange(0, 4096).toString()));
    }
}
