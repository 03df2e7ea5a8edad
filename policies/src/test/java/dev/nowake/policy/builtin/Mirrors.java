package dev.nowake.policy.builtin;

import dev.nowake.model.FileId;
import dev.nowake.policy.HostView;
import dev.nowake.policy.MirrorView;
import dev.nowake.policy.MirroredModelView;
import dev.nowake.policy.PolicyInput;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/** Mirrors and their models, for tests. A model's first file is on device 2 with the model's number as inode. */
public final class Mirrors {
    private Mirrors() {}

    public static FileId file(int number) {
        return new FileId(2, number);
    }

    public static MirroredModelView model(int number, String name, long onDisk, double lastLoaded) {
        List<MirroredModelView.MirroredFile> files = List.of(
                new MirroredModelView.MirroredFile(file(number), name + "/1", onDisk, onDisk - onDisk / 3),
                new MirroredModelView.MirroredFile(file(number + 1000), name + "/2", onDisk, onDisk / 3));
        return new MirroredModelView(name, 2 * onDisk, onDisk, lastLoaded, false, false, false, files);
    }

    public static MirroredModelView open(MirroredModelView m) {
        return with(m, true, m.loading(), m.kept());
    }

    public static MirroredModelView loading(MirroredModelView m) {
        return with(m, m.open(), true, m.kept());
    }

    public static MirroredModelView kept(MirroredModelView m) {
        return with(m, m.open(), m.loading(), true);
    }

    private static MirroredModelView with(MirroredModelView m, boolean open, boolean loading, boolean kept) {
        return new MirroredModelView(
                m.name(), m.sizeBytes(), m.onDiskBytes(), m.lastLoadedSeconds(), open, loading, kept, m.files());
    }

    /** On an endless disk, without a budget. */
    public static MirrorView of(MirroredModelView... models) {
        return of(0, 1L << 60, 0, 0, models);
    }

    public static MirrorView of(long budget, long free, long reserve, long needed, MirroredModelView... models) {
        long used =
                Arrays.stream(models).mapToLong(MirroredModelView::onDiskBytes).sum();
        return new MirrorView("m", budget, used, free, reserve, needed, List.of(models));
    }

    public static PolicyInput input(MirrorView mirror) {
        return PolicyInput.ofDisk(mirror, new HostView(1, 1, 1), 0, Map.of(), Map.of());
    }

    /** Small numbers, so that all limits are met; at times enormous ones. */
    public static Arbitrary<MirrorView> any() {
        Arbitrary<Long> bytes = Arbitraries.frequencyOf(
                net.jqwik.api.Tuple.of(20, Arbitraries.longs().between(0, 200)),
                net.jqwik.api.Tuple.of(1, Arbitraries.of(Long.MAX_VALUE, 1L << 60)));
        Arbitrary<MirroredModelView> models = Combinators.combine(
                        Arbitraries.longs().between(0, 50),
                        Arbitraries.integers().between(0, 4),
                        Arbitraries.of(true, false, false, false),
                        Arbitraries.of(true, false, false, false),
                        Arbitraries.of(true, false, false, false))
                .as((onDisk, last, open, loading, kept) -> with(model(0, "", onDisk, last), open, loading, kept));
        return Combinators.combine(models.list().ofMaxSize(10), bytes, bytes, bytes, bytes)
                .as((list, budget, free, reserve, needed) -> {
                    List<MirroredModelView> numbered = new ArrayList<>();
                    for (MirroredModelView m : list) {
                        int number = numbered.size() + 1;
                        MirroredModelView own = model(number, "model" + number, m.onDiskBytes(), m.lastLoadedSeconds());
                        numbered.add(with(own, m.open(), m.loading(), m.kept()));
                    }
                    return of(budget, free, reserve, needed, numbered.toArray(MirroredModelView[]::new));
                });
    }
}
