package dev.nowake.agent.identify;

import dev.nowake.kernel.FileAccess;
import dev.nowake.kernel.FileStatus;
import dev.nowake.model.FileId;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;

/**
 * Every model file below the daemon's roots, by identity. Looking up is for any thread and never waits; scanning is one
 * thread at a time and opens no weight file: names, sizes and links are enough. Nothing outside the roots is entered;
 * a link counts only when what it leads to was found inside by its own name.
 */
public final class ModelCatalog {
    /**
     * A folder to watch.
     *
     * @param mayOpen whether the small files beside the weights (index, refs, manifest) may be read; without them models
     *     go by file names alone, and Ollama's by their blobs' names
     */
    public record Root(Path folder, boolean mayOpen) {}

    private final FileAccess files;
    private final List<Root> roots;
    private final Sidecars sidecars;
    private final NavigableMap<Path, FolderListing> listings = new TreeMap<>();
    private final List<String> walkProblems = new ArrayList<>();
    private volatile CatalogSnapshot snapshot = new CatalogSnapshot(List.of(), List.of(), List.of(), List.of());

    private ModelCatalog(FileAccess files, List<Root> roots) {
        this.files = files;
        this.roots = List.copyOf(roots);
        this.sidecars = new Sidecars(files);
    }

    /** Roots that do not exist are empty until {@link #refresh} is told of them; the snapshot's problems name them. */
    public static ModelCatalog scan(FileAccess files, List<Root> roots) {
        ModelCatalog catalog = new ModelCatalog(files, roots);
        catalog.refreshAll();
        return catalog;
    }

    public CatalogSnapshot snapshot() {
        return snapshot;
    }

    /** Shorthand for {@code snapshot().find(id)}. */
    public CatalogEntry find(FileId id) {
        return snapshot.find(id);
    }

    /** Looks at everything again: after an overflow, or when a root has appeared. Returns the new snapshot. */
    public synchronized CatalogSnapshot refreshAll() {
        listings.clear();
        walkProblems.clear();
        TreeWalk walk = new TreeWalk(files, false);
        for (Root root : roots) {
            keep(walk.walk(root.folder(), this::mayOpen));
        }
        walkProblems.addAll(walk.problems());
        snapshot = build();
        return snapshot;
    }

    /**
     * Looks at one folder again, at folders below it that are new, and at nothing else. A folder that was not known yet
     * is reached from the nearest one above it that was.
     *
     * @return the snapshot, the same as before when nothing has changed
     */
    public synchronized CatalogSnapshot refresh(Path folder) {
        Path known = nearestKnown(folder);
        if (known != null && rescan(known)) {
            snapshot = build();
        }
        return snapshot;
    }

    /** Null outside the roots. */
    private Path nearestKnown(Path folder) {
        Root root = rootOf(folder);
        if (root == null) {
            return null;
        }
        Path at = folder;
        while (!listings.containsKey(at) && !at.equals(root.folder())) {
            at = at.getParent();
        }
        return at;
    }

    private boolean rescan(Path folder) {
        FolderListing before = listings.get(folder);
        TreeWalk walk = new TreeWalk(files, false);
        try {
            FileStatus status = files.status(folder);
            if (before == null || !before.id().equals(TreeWalk.idOf(status))) {
                boolean removed = removeBelow(folder);
                walk.markVisited(ids(listings.values()));
                return keep(walk.walk(folder, this::mayOpen)) || removed;
            }
            FolderListing now = walk.list(folder, status, mayOpen(folder));
            listings.put(folder, now);
            boolean changed = !now.equals(before);
            for (Path gone : before.folders()) {
                changed |= !now.folders().contains(gone) && removeBelow(gone);
            }
            for (Path below : now.folders()) {
                changed |= enterIfNew(walk, below);
            }
            return changed;
        } catch (IOException e) {
            return removeBelow(folder);
        } finally {
            walkProblems.addAll(walk.problems());
        }
    }

    /** A folder of a known name may be another one by now. */
    private boolean enterIfNew(TreeWalk walk, Path folder) throws IOException {
        FolderListing known = listings.get(folder);
        if (known != null && known.id().equals(TreeWalk.idOf(files.status(folder)))) {
            return false;
        }
        boolean removed = removeBelow(folder);
        walk.markVisited(ids(listings.values()));
        return keep(walk.walk(folder, this::mayOpen)) || removed;
    }

    private boolean keep(List<FolderListing> found) {
        found.forEach(listing -> listings.put(listing.path(), listing));
        return !found.isEmpty();
    }

    private boolean removeBelow(Path folder) {
        return listings.keySet().removeIf(path -> path.startsWith(folder));
    }

    private Root rootOf(Path folder) {
        Root best = null;
        for (Root root : roots) {
            boolean closer =
                    best == null || root.folder().getNameCount() > best.folder().getNameCount();
            if (folder.startsWith(root.folder()) && closer) {
                best = root;
            }
        }
        return best;
    }

    private boolean mayOpen(Path folder) {
        Root root = rootOf(folder);
        return root != null && root.mayOpen();
    }

    private static List<FileId> ids(Collection<FolderListing> listings) {
        return listings.stream().map(FolderListing::id).toList();
    }

    private CatalogSnapshot build() {
        Set<FileId> inside = new HashSet<>(ids(listings.values()));
        for (FolderListing listing : listings.values()) {
            for (SeenFile file : listing.files()) {
                if (!file.viaLink()) {
                    inside.add(file.id());
                }
            }
        }
        List<Path> outside = new ArrayList<>();
        List<FolderListing> within = new ArrayList<>();
        for (FolderListing listing : listings.values()) {
            List<SeenFile> kept = new ArrayList<>();
            for (SeenFile file : listing.files()) {
                if (inside.contains(file.id())) {
                    kept.add(file);
                } else {
                    outside.add(file.path());
                }
            }
            for (FolderListing.LinkedFolder link : listing.linkedFolders()) {
                if (!inside.contains(link.id())) {
                    outside.add(link.path());
                }
            }
            within.add(listing.withFiles(kept));
        }
        sidecars.startRound();
        List<FoundModel> models = new Grouping(sidecars, Grouping.ContentProbe.NAMES_ONLY, true).group(within);
        List<String> problems = new ArrayList<>(walkProblems);
        problems.addAll(sidecars.problems());
        return new CatalogSnapshot(models, List.copyOf(listings.keySet()), outside, problems);
    }
}
