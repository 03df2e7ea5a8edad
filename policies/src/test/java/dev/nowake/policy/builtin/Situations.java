package dev.nowake.policy.builtin;

import dev.nowake.model.ByteRange;
import dev.nowake.model.RangeSet;
import dev.nowake.policy.FileView;
import dev.nowake.policy.ModelView;
import dev.nowake.policy.Trigger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/** Loads in any state, on hosts in any state. */
final class Situations {
    static final long GIB = 1L << 30;

    private Situations() {}

    /** Readers that go straight on and readers that jump, leftovers of other models, tensors known or not. */
    static Arbitrary<Situation> any() {
        Arbitrary<Situation> plain = Combinators.combine(
                        files().list().ofMaxSize(6),
                        args(),
                        Arbitraries.longs().between(0, 1000 * GIB),
                        Arbitraries.of(true, false),
                        Arbitraries.of(Trigger.class)
                                .filter(trigger -> trigger != Trigger.DISK)) // that one is about no load
                .as(Situation::new);
        return Combinators.combine(
                        plain,
                        others().list().ofMaxSize(6),
                        Arbitraries.frequency(Tuple.of(4, 0), Tuple.of(1, 1), Tuple.of(1, 2)),
                        Arbitraries.longs().between(1, 4 * GIB).list().ofMaxSize(6),
                        Arbitraries.of("keep", "evict"),
                        Arbitraries.of(true, false))
                .as((situation, others, loader, tensors, leftovers, flag) -> {
                    Situation full = situation
                            .others(numbered(others))
                            .loader(loader == 1, loader == 2)
                            .arg("leftovers", leftovers)
                            .arg("release", flag)
                            .at(1_000_000, Map.of());
                    for (FileView file : full.files()) {
                        full = full.tensors(file.shard(), 8, fitting(tensors, file.sizeBytes() - 8));
                    }
                    return full;
                });
    }

    private static Arbitrary<FileView> files() {
        return Combinators.combine(
                        Arbitraries.longs().between(0, 40 * GIB),
                        Arbitraries.of(0, 1, 2),
                        Arbitraries.doubles().between(0, 1),
                        Arbitraries.of(true, false),
                        fractions(),
                        fractions())
                .as((size, state, read, jumps, touched, before) -> Situation.file(
                        0,
                        size,
                        state > 0,
                        state == 2,
                        jumps || state == 0 ? 0 : (long) (size * read),
                        state == 0 ? RangeSet.EMPTY : jumps ? ranges(touched, size) : between(size, read),
                        ranges(before, size)));
    }

    private static RangeSet between(long size, double read) {
        return RangeSet.between(0, (long) (size * read));
    }

    private static Arbitrary<double[]> fractions() {
        return Arbitraries.doubles().between(0, 1).array(double[].class).ofMaxSize(8);
    }

    private static RangeSet ranges(double[] ends, long size) {
        List<ByteRange> ranges = new ArrayList<>();
        for (int i = 0; i + 1 < ends.length; i += 2) {
            long a = (long) (size * Math.min(ends[i], ends[i + 1]));
            long b = (long) (size * Math.max(ends[i], ends[i + 1]));
            ranges.addAll(RangeSet.between(a, b).ranges());
        }
        return RangeSet.ofAll(ranges);
    }

    private static Arbitrary<Map<String, Object>> args() {
        return Combinators.combine(
                        Arbitraries.longs().between(0, 100 * GIB).injectNull(0.3),
                        Arbitraries.longs().between(0, 6).injectNull(0.3))
                .as(Situation::args);
    }

    static Arbitrary<ModelView> others() {
        return Combinators.combine(
                        Arbitraries.longs().between(1, 100 * GIB),
                        Arbitraries.doubles().between(-0.2, 1),
                        Arbitraries.of(true, false, false),
                        Arbitraries.integers().between(0, 20))
                .as((size, resident, inUse, used) ->
                        Situation.other(0, size, resident < 0 ? -1 : (long) (size * resident), inUse, used * 1000));
    }

    static List<ModelView> numbered(List<ModelView> others) {
        List<ModelView> numbered = new ArrayList<>();
        for (ModelView other : others) {
            numbered.add(Situation.other(
                    numbered.size(), other.sizeBytes(), other.residentBytes(), other.inUse(), other.lastUsedSeconds()));
        }
        return numbered;
    }

    private static long[] fitting(List<Long> lengths, long room) {
        LongStream.Builder fitting = LongStream.builder();
        long left = room;
        for (long length : lengths) {
            if (length > left) {
                break;
            }
            fitting.add(length);
            left -= length;
        }
        return fitting.build().toArray();
    }
}
