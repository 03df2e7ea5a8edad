package dev.nowake.agent.mirror.serve;

import dev.nowake.agent.identify.FoundFile;
import dev.nowake.agent.identify.FoundModel;
import dev.nowake.agent.identify.ModelCatalog;
import dev.nowake.agent.mirror.Twin;
import dev.nowake.agent.mirror.store.MirroredFile;
import dev.nowake.agent.mirror.store.Store;
import dev.nowake.kernel.FileAccess;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which files of a mirror make up a model, in the order loaders consume them. Told by names, sizes and links alone: no file is
 * opened, because what this process reads of an incomplete one is zeros. {@link #refresh} walks the tree, one thread at a
 * time; the rest is for any thread and waits for nobody.
 */
final class MirrorModels {
    private final Store store;
    private final ModelCatalog catalog;
    private volatile Map<Path, Place> places = Map.of();

    /** The files of one model, and whether somebody loads it. */
    static final class Files {
        private final List<Path> inOrder;
        private volatile long loadedNanos;
        private volatile boolean isLoaded;

        private Files(List<Path> inOrder) {
            this.inOrder = inOrder;
        }

        /** A reader has wanted more of a file than its header. */
        void isLoaded(long nowNanos) {
            loadedNanos = nowNanos;
            isLoaded = true;
        }

        boolean wasLoadedWithin(long nanos, long nowNanos) {
            return isLoaded && nowNanos - loadedNanos <= nanos;
        }
    }

    /** Where a file stands in its model. */
    record Place(Files files, int index) {}

    MirrorModels(Store store, FileAccess files) {
        this.store = store;
        this.catalog = ModelCatalog.scan(files, List.of(new ModelCatalog.Root(store.tree(), false)));
        place(catalog.snapshot().models());
    }

    /** Looks at the tree again: files have come or gone. */
    void refresh() {
        place(catalog.refreshAll().models());
    }

    private void place(List<FoundModel> models) {
        Map<Path, Place> found = new HashMap<>();
        for (FoundModel model : models) {
            List<Path> inOrder = new ArrayList<>();
            for (FoundFile file : model.files()) {
                store.twin(file.id()).map(MirroredFile::remote).ifPresent(inOrder::add);
            }
            Files files = new Files(List.copyOf(inOrder));
            for (int i = 0; i < inOrder.size(); i++) {
                found.put(inOrder.get(i), new Place(files, i));
            }
        }
        places = found;
    }

    /** Null where it is no model's. */
    Place place(Twin twin) {
        return places.get(twin.remote());
    }

    /** The twins of so many files that come after this one, fewer at the end. */
    List<Twin> after(Place place, int count) {
        List<Path> inOrder = place.files().inOrder;
        List<Twin> next = new ArrayList<>();
        for (int i = place.index() + 1; i < inOrder.size() && next.size() < count; i++) {
            Optional<MirroredFile> twin = store.twin(store.settings().remote().relativize(inOrder.get(i)));
            twin.ifPresent(next::add);
        }
        return next;
    }
}
