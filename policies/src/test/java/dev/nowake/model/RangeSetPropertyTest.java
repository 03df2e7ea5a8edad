package dev.nowake.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/** Every operation against the plainest model there is: one bit for each byte. */
class RangeSetPropertyTest {
    private static final int BYTES = 64;

    @Provide
    Arbitrary<List<ByteRange>> ranges() {
        return Combinators.combine(
                        Arbitraries.integers().between(0, BYTES - 1),
                        Arbitraries.integers().between(1, 20))
                .as((start, length) -> new ByteRange(start, Math.min(BYTES, start + length)))
                .list()
                .ofMaxSize(12);
    }

    private static BitSet bits(List<ByteRange> ranges) {
        BitSet bits = new BitSet();
        ranges.forEach(range -> bits.set((int) range.start(), (int) range.end()));
        return bits;
    }

    /** Also checks that the set is in its one normal form. */
    private static BitSet bits(RangeSet set) {
        for (int i = 1; i < set.ranges().size(); i++) {
            assertThat(set.ranges().get(i).start())
                    .isGreaterThan(set.ranges().get(i - 1).end());
        }
        BitSet bits = bits(set.ranges());
        assertThat(set.bytes()).isEqualTo(bits.cardinality());
        assertThat(set.isEmpty()).isEqualTo(bits.isEmpty());
        return bits;
    }

    @Property
    void ofAll(@ForAll("ranges") List<ByteRange> a) {
        assertThat(bits(RangeSet.ofAll(a))).isEqualTo(bits(a));
        List<ByteRange> reversed = new ArrayList<>(a).reversed();
        assertThat(RangeSet.ofAll(reversed)).isEqualTo(RangeSet.ofAll(a)).hasSameHashCodeAs(RangeSet.ofAll(a));
    }

    @Property
    void union(@ForAll("ranges") List<ByteRange> a, @ForAll("ranges") List<ByteRange> b) {
        BitSet expected = bits(a);
        expected.or(bits(b));
        assertThat(bits(RangeSet.ofAll(a).union(RangeSet.ofAll(b)))).isEqualTo(expected);
    }

    @Property
    void minus(@ForAll("ranges") List<ByteRange> a, @ForAll("ranges") List<ByteRange> b) {
        BitSet expected = bits(a);
        expected.andNot(bits(b));
        assertThat(bits(RangeSet.ofAll(a).minus(RangeSet.ofAll(b)))).isEqualTo(expected);
    }

    @Property
    void intersect(@ForAll("ranges") List<ByteRange> a, @ForAll("ranges") List<ByteRange> b) {
        BitSet expected = bits(a);
        expected.and(bits(b));
        assertThat(bits(RangeSet.ofAll(a).intersect(RangeSet.ofAll(b)))).isEqualTo(expected);
    }

    @Property
    void within(
            @ForAll("ranges") List<ByteRange> a,
            @ForAll @IntRange(max = BYTES) int start,
            @ForAll @IntRange(max = BYTES) int end) {
        BitSet expected = bits(a);
        BitSet window = new BitSet();
        window.set(Math.min(start, end), end);
        expected.and(window);
        assertThat(bits(RangeSet.ofAll(a).within(start, end))).isEqualTo(expected);
    }

    @Property
    void first(@ForAll("ranges") List<ByteRange> a, @ForAll @IntRange(max = BYTES + 5) int count) {
        BitSet expected = new BitSet();
        bits(a).stream().limit(count).forEach(expected::set);
        assertThat(bits(RangeSet.ofAll(a).first(count))).isEqualTo(expected);
    }
}
