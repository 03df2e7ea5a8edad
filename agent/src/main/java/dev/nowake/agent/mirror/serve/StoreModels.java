package dev.nowake.agent.mirror.serve;

import dev.nowake.agent.identify.FoundFile;
import dev.nowake.agent.identify.FoundModel;
import dev.nowake.agent.identify.ModelCatalog;
import dev.nowake.agent.identify.PathText;
import dev.nowake.agent.mirror.Twin;
import dev.nowake.agent.mirror.evict.MirroredModel;
import dev.nowake.agent.mirror.evict.MirroredModels;
import dev.nowake.kernel.FileAccess;
import dev.nowake.model.FileId;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * A store's files as models, by names, sizes and links alone: no file is opened, and what is not here yet could not be read. Files
 * beside models belong to the first model that has a file in their folder, else all of a folder's are one. Any thread; the tree is
 * walked again only where a file has come, gone, or changed its inode.
 */
final class StoreModels implements MirroredModels {
    private final FileAccess files;
    private final Path tree;
    private final Supplier<? extends Collection<? extends Twin>> twins;
    private Set<FileId> seen = Set.of();
    private List<MirroredModel> models = List.of();

    /** {@code twins}: those in the tree, now. */
    StoreModels(FileAccess files, Path tree, Supplier<? extends Collection<? extends Twin>> twins) {
        this.files = files;
        this.tree = tree;
        this.twins = twins;
    }

    @Override
    public synchronized List<MirroredModel> all() {
        Map<FileId, Twin> now = new LinkedHashMap<>();
        twins.get().forEach(twin -> now.put(twin.id(), twin));
        if (!now.keySet().equals(seen)) {
            models = grouped(now);
            seen = Set.copyOf(now.keySet());
        }
        return models;
    }

    private List<MirroredModel> grouped(Map<FileId, Twin> all) {
        Map<FileId, Twin> left = new LinkedHashMap<>(all);
        Map<Path, List<Twin>> byFolder = new HashMap<>();
        List<List<Twin>> groups = new ArrayList<>();
        List<String> groupNames = new ArrayList<>();
        for (FoundModel model : ModelCatalog.scan(files, List.of(new ModelCatalog.Root(tree, false)))
                .snapshot()
                .models()) {
            List<Twin> own = new ArrayList<>();
            for (FoundFile file : model.files()) {
                Twin twin = left.remove(file.id());
                if (twin != null) {
                    own.add(twin);
                    byFolder.putIfAbsent(twin.local().getParent(), own);
                }
            }
            if (!own.isEmpty()) {
                groups.add(own);
                groupNames.add(model.model().name());
            }
        }
        Map<Path, List<Twin>> others = new TreeMap<>();
        for (Twin twin : left.values()) {
            Path folder = twin.local().getParent();
            List<Twin> model = byFolder.get(folder);
            (model != null ? model : others.computeIfAbsent(folder, none -> new ArrayList<>())).add(twin);
        }
        others.forEach((folder, own) -> {
            groups.add(own);
            groupNames.add(folder.equals(tree) ? "other files" : PathText.of(tree.relativize(folder)));
        });
        List<MirroredModel> made = new ArrayList<>();
        for (int i = 0; i < groups.size(); i++) {
            made.add(new MirroredModel(groupNames.get(i), groups.get(i)));
        }
        return List.copyOf(made);
    }
}
