package dev.nowake.agent.identify;

import dev.nowake.model.FileId;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What lay below the roots at one moment. Immutable, for any thread. */
public final class CatalogSnapshot {
    private final Map<FileId, CatalogEntry> entries;
    private final List<FoundModel> models;
    private final Map<Path, FileId> folders;
    private final List<Path> outsideLinks;
    private final List<String> problems;

    CatalogSnapshot(
            List<FoundModel> models, Map<Path, FileId> folders, List<Path> outsideLinks, List<String> problems) {
        this.models = List.copyOf(models);
        this.folders = Collections.unmodifiableMap(folders);
        this.outsideLinks = List.copyOf(outsideLinks);
        this.problems = List.copyOf(problems);
        this.entries = new HashMap<>();
        for (FoundModel found : models) {
            for (FoundFile file : found.files()) {
                entries.put(file.id(), new CatalogEntry(found.model(), file.shard(), file.path()));
            }
        }
    }

    /** Null where the file is no model's. One hash lookup. */
    public CatalogEntry find(FileId id) {
        return entries.get(id);
    }

    public List<FoundModel> models() {
        return models;
    }

    /** The model files that lie in these folders themselves. */
    public List<FileId> filesIn(Set<Path> where) {
        return models.stream()
                .flatMap(model -> model.files().stream())
                .filter(file -> where.contains(file.path().getParent()))
                .map(FoundFile::id)
                .toList();
    }

    /** Every folder below the roots, the roots included: where directory marks belong. */
    public Set<Path> folders() {
        return folders.keySet();
    }

    /** The same with which folder it was when it was listed. */
    public Map<Path, FileId> folderIds() {
        return folders;
    }

    /** Links below the roots to files and folders that lie outside all of them. They are not followed. */
    public List<Path> outsideLinks() {
        return outsideLinks;
    }

    /** One line for each folder, index, reference or manifest that could not be used. */
    public List<String> problems() {
        return problems;
    }
}
