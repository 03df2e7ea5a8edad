package dev.nowake.agent.identify;

import dev.nowake.kernel.FileAccess;
import dev.nowake.kernel.FileStatus;
import dev.nowake.kernel.KernelException;
import dev.nowake.model.FileId;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The models below the daemon's roots, found by the identity of their files. Built from names, sizes and links alone: no
 * weight file is opened. A link counts only where its target lies below a root as well.
 *
 * <p>Lookups are for any thread and cost one hash lookup; changes come from one thread at a time and replace the whole
 * answer at once.
 */
public final class ModelCatalog {
    private final FileAccess files;
    private final Map<Path, FolderListing> listings = new LinkedHashMap<>();
    private final Set<FileId> reached = new HashSet<>();
    private volatile Map<FileId, FoundModel> models = Map.of();
    private volatile int outsideLinks;

    public ModelCatalog(FileAccess files) {
        this.files = files;
    }

    public Optional<FoundModel> modelOf(FileId id) {
        return Optional.ofNullable(models.get(id));
    }

    /** Every known weight file. */
    public Set<FileId> files() {
        return models.keySet();
    }

    /** Links whose targets lie outside all roots; they are not followed. */
    public int outsideLinks() {
        return outsideLinks;
    }

    /**
     * Lists a root.
     *
     * @return all its folders, for marks
     * @throws IOException it is not there, or not a folder that may be read
     */
    public synchronized List<Path> addRoot(Path root) throws IOException {
        files.status(root);
        listings.keySet().removeIf(folder -> folder.startsWith(root));
        List<Path> folders = list(root);
        regroup();
        return folders;
    }

    /**
     * Lists a folder again, and what is new below it. A folder outside the roots is none of ours.
     *
     * @return folders that were not known before
     */
    public synchronized List<Path> refresh(Path folder) {
        if (!listings.containsKey(folder)) {
            return List.of();
        }
        listings.keySet().removeIf(listed -> listed.startsWith(folder) && !listed.equals(folder) && isStale(listed));
        FolderListing before = listings.remove(folder);
        List<Path> known = new ArrayList<>(listings.keySet());
        TreeWalk walk = new TreeWalk(files, false);
        reached.clear();
        listings.values().forEach(listing -> reached.add(listing.id()));
        walk.markVisited(reached);
        for (FolderListing listing : walk.walk(folder, true)) {
            listings.put(listing.path(), listing);
        }
        regroup();
        List<Path> fresh = new ArrayList<>(listings.keySet());
        fresh.removeAll(known);
        if (before != null) {
            fresh.remove(folder);
        }
        return fresh;
    }

    /** Not listed, gone, replaced by another folder (of the same inode number, even), or with other entries by now. */
    public synchronized boolean isStale(Path folder) {
        FolderListing listing = listings.get(folder);
        try {
            FileStatus status = files.status(folder);
            return listing == null
                    || !status.isDirectory()
                    || !listing.id().equals(TreeWalk.idOf(status))
                    || listing.mtimeNanos() != status.mtimeNanos();
        } catch (KernelException gone) {
            return true;
        }
    }

    private List<Path> list(Path root) {
        List<Path> folders = new ArrayList<>();
        for (FolderListing listing : new TreeWalk(files, false).walk(root, true)) {
            listings.put(listing.path(), listing);
            folders.add(listing.path());
        }
        return folders;
    }

    private void regroup() {
        Set<FileId> inside = new HashSet<>();
        for (FolderListing listing : listings.values()) {
            listing.files().stream().filter(file -> !file.viaLink()).forEach(file -> inside.add(file.id()));
        }
        int outside = 0;
        List<FolderListing> kept = new ArrayList<>();
        for (FolderListing listing : listings.values()) {
            List<SeenFile> own = listing.files().stream()
                    .filter(file -> inside.contains(file.id()))
                    .toList();
            outside += listing.files().size() - own.size();
            kept.add(listing.withFiles(own));
        }
        Map<FileId, FoundModel> byFile = new HashMap<>();
        for (FoundModel model : new Grouping(new Sidecars(files), Grouping.ContentProbe.NAMES_ONLY, true).group(kept)) {
            model.files().forEach(file -> byFile.putIfAbsent(file.id(), model));
        }
        models = Map.copyOf(byFile);
        outsideLinks = outside;
    }
}
