package dev.nowake.agent.daemon;

import dev.nowake.agent.identify.ModelCatalog;
import dev.nowake.model.FileId;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** Has a mark on every folder of the catalogue and on no other. Belongs to the background thread. */
final class FolderMarks {
    private final ModelCatalog catalog;
    private final Watching watching;
    private final Consumer<List<FileId>> newFolders;

    /**
     * {@code newFolders} is told that folders have just been marked, and which model files were in them already: whoever
     * wrote those may have closed them unheard.
     */
    FolderMarks(ModelCatalog catalog, Watching watching, Consumer<List<FileId>> newFolders) {
        this.catalog = catalog;
        this.watching = watching;
        this.newFolders = newFolders;
    }

    /** Marks folders that have no mark yet and lists them once more, so that what came in between is known. */
    Set<Path> mark() {
        Set<Path> marked = new HashSet<>();
        List<Path> news = markOnce();
        while (!news.isEmpty()) {
            marked.addAll(news);
            catalog.refresh(news);
            news = markOnce();
        }
        return marked;
    }

    private List<Path> markOnce() {
        List<Path> news = new ArrayList<>();
        catalog.snapshot().folderIds().forEach((folder, id) -> {
            if (!watching.isWatched(folder, id) && watching.watch(folder)) {
                news.add(folder);
            }
        });
        return news;
    }

    /**
     * Marks them, and tells: what was opened in a new folder before its mark was set raised no event, so it must be looked
     * for. {@code also}: those that were marked just before.
     */
    void markAndTell(Collection<Path> also) {
        Set<Path> marked = mark();
        marked.addAll(also);
        if (!marked.isEmpty()) {
            newFolders.accept(catalog.snapshot().filesIn(marked));
        }
    }

    /** Takes the marks off folders that are in the catalogue no more. */
    void unmarkOthers() {
        watching.keepOnly(Set.copyOf(catalog.snapshot().folders()));
    }
}
