package dev.nowake.agent.daemon;

import dev.nowake.agent.identify.FoundFile;
import dev.nowake.agent.identify.FoundModel;
import dev.nowake.agent.load.LoadBook;
import dev.nowake.model.FileId;
import dev.nowake.policy.ModelView;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Every model below the roots as policies see it. What is resident is what was seen when nobody read it: looking at every
 * file for every plan would cost more than the plan. Belongs to the engine's thread.
 */
final class ModelTable {
    /** Plans come in bursts; a catalogue may hold a thousand models. */
    private static final long AGE_NANOS = 200_000_000L;

    private final Supplier<List<FoundModel>> found;
    private final Baseline baseline;
    private final LoadBook book;
    private final Map<FileId, Double> lastUsedSeconds = new HashMap<>();
    private List<ModelView> views;
    private long madeNanos;

    ModelTable(Supplier<List<FoundModel>> found, Baseline baseline, LoadBook book) {
        this.found = found;
        this.baseline = baseline;
        this.book = book;
    }

    void used(FileId file, double nowSeconds) {
        lastUsedSeconds.put(file, nowSeconds);
        views = null;
    }

    /** A load has begun or ended. */
    void changed() {
        views = null;
    }

    List<ModelView> views() {
        long now = System.nanoTime();
        if (views == null || now - madeNanos > AGE_NANOS) {
            List<ModelView> made = new ArrayList<>();
            found.get().forEach(model -> made.add(view(model)));
            views = List.copyOf(made);
            madeNanos = now;
        }
        return views;
    }

    private ModelView view(FoundModel found) {
        List<ModelView.ModelFile> files = new ArrayList<>(found.files().size());
        long resident = -1;
        boolean inUse = false;
        double lastUsed = 0;
        for (FoundFile file : found.files()) {
            long now = baseline.residentBytes(file.id());
            files.add(new ModelView.ModelFile(file.id(), file.sizeBytes(), now));
            resident = now < 0 ? resident : Math.max(0, resident) + now;
            inUse |= book.of(file.id()) != null;
            lastUsed = Math.max(lastUsed, lastUsedSeconds.getOrDefault(file.id(), 0.0));
        }
        return new ModelView(
                found.model().name(),
                found.model().format(),
                found.model().sizeBytes(),
                resident,
                inUse,
                lastUsed,
                files);
    }
}
