package dev.nowake.agent.daemon;

import dev.nowake.agent.identify.FoundFile;
import dev.nowake.agent.identify.FoundModel;
import dev.nowake.agent.load.LoadBook;
import dev.nowake.model.FileId;
import dev.nowake.policy.ModelView;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Every model below the roots as policies see it. What is resident is what was seen when nobody read it: looking at every
 * file for every plan would cost more than the plan. Views are made anew for models of which something has changed alone,
 * because the first plan of every load waits for them. Belongs to the engine's thread.
 */
final class ModelTable {
    /** NTP slews a clock by less than this between two loads of a model. */
    private static final double CLOCK_SET_SECONDS = 1;

    private final Supplier<List<FoundModel>> found;
    private final Baseline baseline;
    private final LoadBook book;
    private final Clocks clocks;
    private final Map<FileId, Double> lastUsedSteady = new HashMap<>();
    private final Map<FileId, Integer> modelOf = new HashMap<>();
    private final Set<FileId> changed = new HashSet<>();
    private List<FoundModel> source = List.of();
    private ModelView[] views = {};
    private List<ModelView> shown = List.of();
    private double wallAhead;

    /** {@code found} returns the same list as long as nothing has changed. */
    ModelTable(Supplier<List<FoundModel>> found, Baseline baseline, LoadBook book, Clocks clocks) {
        this.found = found;
        this.baseline = baseline;
        this.book = book;
        this.clocks = clocks;
    }

    /** A load of the file begins or ends. */
    void used(FileId file) {
        lastUsedSteady.put(file, clocks.steadySeconds());
        changed.add(file);
    }

    List<ModelView> views() {
        baseline.drainChanged(changed::add);
        List<FoundModel> now = found.get();
        boolean clockSet = Math.abs(clocks.wallAhead() - wallAhead) > CLOCK_SET_SECONDS;
        if (now != source || clockSet) {
            makeAll(now);
        } else if (!changed.isEmpty()) {
            makeChanged();
        }
        changed.clear();
        return shown;
    }

    private void makeAll(List<FoundModel> now) {
        source = now;
        wallAhead = clocks.wallAhead();
        modelOf.clear();
        views = new ModelView[now.size()];
        for (int i = 0; i < views.length; i++) {
            views[i] = view(now.get(i));
            for (FoundFile file : now.get(i).files()) {
                modelOf.put(file.id(), i);
            }
        }
        lastUsedSteady.keySet().retainAll(modelOf.keySet());
        show();
    }

    private void makeChanged() {
        boolean[] made = new boolean[views.length];
        boolean any = false;
        for (FileId file : changed) {
            Integer model = modelOf.get(file);
            if (model != null && !made[model]) {
                made[model] = true;
                any = true;
                views[model] = view(source.get(model));
            }
        }
        if (any) {
            show();
        }
    }

    private void show() {
        shown = Collections.unmodifiableList(Arrays.asList(views.clone()));
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
            Double used = lastUsedSteady.get(file.id());
            lastUsed = used == null ? lastUsed : Math.max(lastUsed, used + wallAhead);
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
