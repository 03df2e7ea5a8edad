package dev.nowake.agent.mirror.evict;

import dev.nowake.agent.identify.PathText;
import dev.nowake.agent.mirror.Twin;
import dev.nowake.model.FileId;
import dev.nowake.policy.MirrorView;
import dev.nowake.policy.MirroredModelView;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.ToDoubleFunction;

/**
 * Makes what a policy is told of a mirror. Looks at every file: one statx(2) each, and where files may be touched at all an open
 * and a lease, which tell whether somebody has it; in observe mode nobody is taken to have anything open. Any thread.
 */
final class MirrorViews {
    private final String name;
    private final MirroredModels models;
    private final DiskBudget budget;
    private final Staying staying;
    private final LastLoaded loaded;
    private final BooleanSupplier acts;

    MirrorViews(
            String name,
            MirroredModels models,
            DiskBudget budget,
            Staying staying,
            LastLoaded loaded,
            BooleanSupplier acts) {
        this.name = name;
        this.models = models;
        this.budget = budget;
        this.staying = staying;
        this.loaded = loaded;
        this.acts = acts;
    }

    /** A view, and which model each of its models is. */
    record Seen(MirrorView view, Map<MirroredModelView, MirroredModel> models) {
        MirroredModel model(MirroredModelView of) {
            return models.get(of);
        }

        /** The same without models that have one of these files. */
        Seen without(Set<FileId> files) {
            List<MirroredModelView> left = view.models().stream()
                    .filter(model -> model.files().stream().noneMatch(file -> files.contains(file.id())))
                    .toList();
            MirrorView fewer = new MirrorView(
                    view.name(),
                    view.budgetBytes(),
                    view.usedBytes(),
                    view.freeBytes(),
                    view.reserveBytes(),
                    view.neededBytes(),
                    left);
            return files.isEmpty() ? this : new Seen(fewer, models);
        }
    }

    Seen of(DiskStanding standing, long neededBytes) {
        Map<MirroredModelView, MirroredModel> seen = new IdentityHashMap<>();
        List<MirroredModelView> views = new ArrayList<>();
        ToDoubleFunction<Path> times = loaded.unixSeconds();
        for (MirroredModel model : models.all()) {
            MirroredModelView view = view(model, times);
            views.add(view);
            seen.put(view, model);
        }
        return new Seen(standing.view(name, neededBytes, views), seen);
    }

    private MirroredModelView view(MirroredModel model, ToDoubleFunction<Path> times) {
        List<MirroredModelView.MirroredFile> files =
                new ArrayList<>(model.twins().size());
        long size = 0;
        long onDisk = 0;
        double last = 0;
        for (Twin twin : model.twins()) {
            long bytes = budget.onDiskBytes(twin);
            files.add(new MirroredModelView.MirroredFile(
                    twin.id(), PathText.of(twin.local()), twin.identity().sizeBytes(), bytes));
            size += twin.identity().sizeBytes();
            onDisk += bytes;
            last = Math.max(last, times.applyAsDouble(twin.local()));
        }
        boolean loading = staying.isLoading(model);
        // what is not on the disk frees nothing, and need not be opened for that
        boolean open = onDisk > 0 && acts.getAsBoolean() && staying.isOpen(model);
        return new MirroredModelView(model.name(), size, onDisk, last, open, loading, staying.isKept(model), files);
    }
}
