package dev.nowake.policy.trace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.model.ByteRange;
import dev.nowake.model.RangeSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class TraceMergerTest {
    /** So close together that most of them touch. */
    @Provide
    Arbitrary<List<Access>> crowded() {
        return Combinators.combine(
                        Arbitraries.integers().between(0, 1),
                        Arbitraries.longs().between(0, 30),
                        Arbitraries.longs().between(1, 12),
                        Arbitraries.integers().between(1, 2))
                .as((file, offset, length, pid) -> new Access(file, offset, length, 0, 0, pid))
                .list()
                .ofMaxSize(40);
    }

    @Property
    void everyByteIsFirstTouchedInTheSameOrder(@ForAll("crowded") List<Access> accesses) {
        assertThat(firstTouches(TraceMerger.merge(accesses))).containsExactlyElementsOf(firstTouches(accesses));
    }

    @Property
    void noRunLeftContinuesTheOneBefore(@ForAll("crowded") List<Access> accesses) {
        List<Access> merged = TraceMerger.merge(accesses);
        for (int i = 1; i < merged.size(); i++) {
            Access before = merged.get(i - 1);
            Access after = merged.get(i);
            boolean continues = before.file() == after.file()
                    && before.pid() == after.pid()
                    && after.offsetBytes() >= before.offsetBytes()
                    && after.offsetBytes() <= before.endBytes();
            assertThat(continues).as("%s then %s", before, after).isFalse();
        }
    }

    @Property
    void interleavedRunsKeepTheBytes(@ForAll("crowded") List<Access> accesses) {
        TraceMerger merger = new TraceMerger(16);
        accesses.forEach(merger::add);
        assertThat(bytes(merger.accesses())).isEqualTo(bytes(accesses));
        assertThat(merger.dropped()).isZero();
    }

    @Test
    void readersSideBySideMakeOneRunEach() {
        TraceMerger merger = new TraceMerger(1 << 20);
        for (long at = 0; at < 1 << 20; at += 4096) {
            merger.add(new Access(0, at, 4096, 0, at, 1));
            merger.add(new Access(0, (8 << 20) + at, 4096, 0, at, 2));
            merger.add(new Access(1, at, 4096, 0, at, 2));
        }
        assertThat(merger.accesses())
                .containsExactly(
                        new Access(0, 0, 1 << 20, 0, 0, 1),
                        new Access(0, 8 << 20, 1 << 20, 0, 0, 2),
                        new Access(1, 0, 1 << 20, 0, 0, 2));
    }

    /** The kernel's note of a thread's process is late: until then it is the one the number had before. */
    @Test
    void aThreadsRunGoesOnWhenItsProcessIsToldOtherwise() {
        TraceMerger merger = new TraceMerger(0);
        merger.add(new Access(0, 0, 100, 0, 1, 4303), 71);
        merger.add(new Access(0, 100, 100, 0, 2, 70), 71);
        merger.add(new Access(0, 200, 100, 0, 3, 70), 72);
        merger.add(new Access(0, 300, 100, 0, 4, 4303), 73);
        assertThat(merger.accesses())
                .containsExactly(new Access(0, 0, 300, 0, 1, 70), new Access(0, 300, 100, 0, 4, 4303));
    }

    @Test
    void whatFindsNoRoomIsCounted() {
        TraceMerger merger = new TraceMerger(0, 2);
        for (int i = 0; i < 5; i++) {
            merger.add(Traces.access(0, i * 100L, 1));
        }
        assertThat(merger.accesses()).hasSize(2);
        assertThat(merger.dropped()).isEqualTo(3);
    }

    private static Set<List<Long>> firstTouches(List<Access> accesses) {
        Set<List<Long>> order = new LinkedHashSet<>();
        for (Access access : accesses) {
            for (long at = access.offsetBytes(); at < access.endBytes(); at++) {
                order.add(List.of((long) access.file(), at));
            }
        }
        return order;
    }

    private static Map<Integer, RangeSet> bytes(List<Access> accesses) {
        return accesses.stream()
                .collect(Collectors.groupingBy(
                        Access::file,
                        Collectors.mapping(
                                Access::range,
                                Collectors.collectingAndThen(Collectors.toList(), TraceMergerTest::set))));
    }

    private static RangeSet set(List<ByteRange> ranges) {
        return RangeSet.ofAll(ranges);
    }
}
