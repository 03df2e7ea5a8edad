package dev.nowake.agent.identify;

import dev.nowake.kernel.Errno;
import dev.nowake.kernel.FileAccess;
import dev.nowake.kernel.FileStatus;
import dev.nowake.kernel.KernelException;
import dev.nowake.model.FileId;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
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
    private volatile List<Root> roots;
    private final Sidecars sidecars;
    private final NavigableMap<Path, FolderListing> listings = new TreeMap<>();
    private final Map<Path, String> problems = new LinkedHashMap<>();
    private volatile CatalogSnapshot snapshot = new CatalogSnapshot(List.of(), Map.of(), List.of(), List.of());

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
        problems.clear();
        TreeWalk walk = new TreeWalk(files, false);
        for (Root root : roots) {
            enter(walk, root.folder());
        }
        return build();
    }

    /** Has other roots from now on. What was found below those that stay is not looked at again. */
    public synchronized CatalogSnapshot follow(List<Root> next) {
        List<Root> before = roots;
        roots = List.copyOf(next);
        problems.keySet().removeIf(path -> rootOf(path) == null);
        listings.keySet().removeIf(path -> rootOf(path) == null);
        TreeWalk walk = new TreeWalk(files, false);
        for (Root root : roots) {
            if (!before.contains(root)) {
                enter(walk, root.folder());
            }
        }
        return build();
    }

    /** Looks at a folder and all below it again, as if it were new: something was mounted there, or unmounted. */
    public synchronized CatalogSnapshot enterAgain(Path folder) {
        if (rootOf(folder) != null) {
            removeBelow(folder);
            enter(new TreeWalk(files, false), folder);
        }
        return build();
    }

    /**
     * Looks at one folder again, at folders below it that are new, and at nothing else. A folder that was not known yet
     * is reached from the nearest one above it that was.
     *
     * @return the snapshot, the same as before when nothing has changed
     */
    public CatalogSnapshot refresh(Path folder) {
        return refresh(List.of(folder));
    }

    /** The same of several folders; models are made of what was found once, at the end. */
    public synchronized CatalogSnapshot refresh(Collection<Path> folders) {
        boolean changed = false;
        Set<Path> looked = new HashSet<>();
        for (Path folder : folders) {
            Path known = nearestKnown(folder);
            changed |= known != null && looked.add(known) && rescan(known);
        }
        if (changed) {
            lookAtOpenLinksAgain();
            return build();
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
                return enter(walk, folder) || removed;
            }
            FolderListing now = walk.list(folder, status, mayOpen(folder));
            listings.put(folder, now);
            boolean changed = problems.remove(folder) != null | !now.equals(before);
            return changed | followFolders(walk, before, now);
        } catch (IOException e) {
            return lost(folder, e);
        }
    }

    private boolean followFolders(TreeWalk walk, FolderListing before, FolderListing now) {
        boolean changed = false;
        Set<Path> below = new HashSet<>(now.folders());
        for (Path gone : before.folders()) {
            changed |= !below.contains(gone) && removeBelow(gone);
        }
        for (Path next : now.folders()) {
            changed |= enterIfNew(walk, next);
        }
        return changed;
    }

    /** A folder of a known name may be another one by now. */
    private boolean enterIfNew(TreeWalk walk, Path folder) {
        try {
            FolderListing known = listings.get(folder);
            if (known != null && known.id().equals(TreeWalk.idOf(files.status(folder)))) {
                return false;
            }
            boolean removed = removeBelow(folder);
            return enter(walk, folder) || removed;
        } catch (IOException e) {
            return lost(folder, e);
        }
    }

    private boolean enter(TreeWalk walk, Path folder) {
        problems.keySet().removeIf(path -> path.startsWith(folder));
        List<FolderListing> found = walk.walk(folder, this::mayOpen);
        found.forEach(listing -> listings.put(listing.path(), listing));
        problems.putAll(walk.problems());
        return !found.isEmpty();
    }

    /** What is gone is forgotten; what cannot be looked at just now is kept as it was. */
    private boolean lost(Path folder, IOException e) {
        boolean gone = e instanceof NoSuchFileException
                || e instanceof NotDirectoryException
                || e instanceof KernelException kernel
                        && (kernel.errno().equals(Errno.ENOENT)
                                || kernel.errno().equals(Errno.ENOTDIR)
                                || kernel.errno().equals(Errno.ESTALE));
        if (gone) {
            return removeBelow(folder);
        }
        String problem = PathText.of(folder) + ": " + TreeWalk.reason(e);
        return !problem.equals(problems.put(folder, problem));
    }

    private boolean removeBelow(Path folder) {
        problems.keySet().removeIf(path -> path.startsWith(folder));
        List<Path> gone = FolderOrder.within(listings, folder);
        gone.forEach(listings::remove);
        return !gone.isEmpty();
    }

    /** A change may be what a link elsewhere was waiting for, or have replaced what it led to. */
    private void lookAtOpenLinksAgain() {
        Contents contents = Contents.of(listings.values());
        TreeWalk walk = new TreeWalk(files, false);
        for (FolderListing listing : contents.withOpenLinks()) {
            try {
                FileStatus status = files.status(listing.path());
                if (listing.id().equals(TreeWalk.idOf(status))) {
                    listings.put(listing.path(), walk.list(listing.path(), status, listing.mayOpen()));
                }
            } catch (IOException e) {
                lost(listing.path(), e);
            }
        }
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

    private CatalogSnapshot build() {
        Contents contents = Contents.of(listings.values());
        sidecars.startRound();
        List<FoundModel> models =
                new Grouping(sidecars, Grouping.ContentProbe.NAMES_ONLY, true).group(contents.inside());
        Set<String> told = new LinkedHashSet<>(problems.values());
        told.addAll(sidecars.problems());
        snapshot = new CatalogSnapshot(models, folderIds(), contents.outsideLinks(), List.copyOf(told));
        return snapshot;
    }

    private Map<Path, FileId> folderIds() {
        Map<Path, FileId> ids = new LinkedHashMap<>();
        listings.forEach((path, listing) -> ids.put(path, listing.id()));
        return ids;
    }
}
