package dev.nowake.agent.daemon;

import dev.nowake.agent.config.Config;
import dev.nowake.agent.config.Mode;
import dev.nowake.agent.config.RootRule;
import dev.nowake.agent.identify.CatalogEntry;
import dev.nowake.agent.identify.CatalogSnapshot;
import dev.nowake.agent.identify.FoundModel;
import dev.nowake.agent.identify.ModelCatalog;
import dev.nowake.agent.listen.Sighting;
import dev.nowake.agent.load.TrackedShard;
import dev.nowake.agent.rules.RuleBook;
import dev.nowake.kernel.FileEvent;
import dev.nowake.kernel.KernelException;
import dev.nowake.model.FileId;
import dev.nowake.model.Shard;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;

/**
 * The models below the roots and the rule of each: keeps the catalogue true while folders change, and the marks with it.
 * Lookups are for any thread; the rest says which.
 */
final class Models {
    /** A download makes many files in one folder: one look serves them all. */
    private static final long SETTLE_NANOS = 100_000_000L;

    /** The next look comes no sooner than this many times what the last one took: a root may have ten thousand folders. */
    private static final int SETTLE_FACTOR = 4;

    /** Until the next look at who uses what, when /proc could not be read whole: it costs a pass over every process. */
    private static final long RESCAN_NANOS = 2_000_000_000L;

    /** Files known to be no model's; cleared when it is full, so a host that makes many files costs no memory. */
    private static final int IGNORED_FILES = 100_000;

    private final Parts parts;
    private final Executor background;
    private final Watching watching;
    private final Roots roots;
    private final UseScan useScan;
    private final IdleFiles idleFiles;
    private final Consumer<List<FileId>> newFolders;
    private volatile ModelCatalog catalog;
    private volatile long settleNanos = SETTLE_NANOS;
    private final Set<FileId> ignored = ConcurrentHashMap.newKeySet();
    private final Set<Path> changedFolders = new HashSet<>();

    /**
     * {@code newFolders} is told, on the background thread, that folders have just been marked, and which model files were
     * in them already: whoever wrote those may have closed them unheard.
     */
    Models(
            Parts parts,
            Config config,
            Executor background,
            Watching watching,
            Baseline baseline,
            Consumer<List<FileId>> newFolders) {
        this.parts = parts;
        this.background = background;
        this.watching = watching;
        this.roots = new Roots(parts, config, watching);
        this.useScan = new UseScan(parts);
        this.idleFiles = new IdleFiles(parts, baseline);
        this.newFolders = newFolders;
        this.catalog = ModelCatalog.scan(parts.kernel().files(), List.of());
    }

    /** False for what is known to be no model file, unless it was just written. Any thread. */
    boolean wants(FileId id, long mask) {
        return (mask & FileEvent.CLOSE_WRITE) != 0 || !ignored.contains(id);
    }

    /** Null when the file is not known to belong to a model. Any thread. */
    CatalogEntry of(FileId id) {
        return catalog.find(id);
    }

    /** The files that are this model's own, in order; a blob two revisions share belongs to the first. Any thread. */
    List<TrackedShard> shardsOf(CatalogEntry entry) {
        return shardsOf(catalog.snapshot(), entry);
    }

    static List<TrackedShard> shardsOf(CatalogSnapshot snapshot, CatalogEntry entry) {
        List<TrackedShard> shards = new ArrayList<>();
        for (Shard shard : entry.model().shards()) {
            CatalogEntry found = snapshot.find(shard.id());
            if (found != null && found.model().equals(entry.model())) {
                shards.add(new TrackedShard(found.shard(), found.path()));
            }
        }
        if (shards.isEmpty()) {
            shards.add(new TrackedShard(entry.shard(), entry.path())); // the catalogue moved on meanwhile
        }
        return shards;
    }

    /** Whether the deepest root the file lies under is only observed. Any thread. */
    boolean isObserved(Path path) {
        RootRule root = roots.rules().rootOf(path);
        return root == null || root.mode() == Mode.OBSERVE;
    }

    /** The rules of this part of the daemon. Any thread. */
    RuleBook rules() {
        return roots.rules();
    }

    CatalogSnapshot snapshot() {
        return catalog.snapshot();
    }

    List<FoundModel> found() {
        return catalog.snapshot().models();
    }

    /** Marks the roots, lists them, and marks what is below. Before the start. */
    void watchRoots() {
        catalog = ModelCatalog.scan(parts.kernel().files(), roots.watchAll());
        watchFolders();
        tellOutsideLinks();
    }

    /** Looks what of every model file is resident, where nothing is known of it yet. Any thread; comes back at once. */
    void lookAtIdleFiles() {
        inBackground(() -> knownFiles().forEach(this::lookAtIdleFile));
    }

    /** Marks folders that have no mark yet and lists them once more, so that what came in between is known. */
    private Set<Path> watchFolders() {
        Set<Path> marked = new HashSet<>();
        List<Path> news = markFolders();
        while (!news.isEmpty()) {
            marked.addAll(news);
            catalog.refresh(news);
            news = markFolders();
        }
        return marked;
    }

    private List<Path> markFolders() {
        List<Path> news = new ArrayList<>();
        catalog.snapshot().folderIds().forEach((folder, id) -> {
            if (!watching.isWatched(folder, id) && watching.watch(folder)) {
                news.add(folder);
            }
        });
        return news;
    }

    /** What was opened in a new folder before its mark was set raised no event: it must be looked for. */
    private void markNewFolders() {
        Set<Path> marked = watchFolders();
        if (!marked.isEmpty()) {
            newFolders.accept(catalog.snapshot().filesIn(marked));
        }
    }

    private void tellOutsideLinks() {
        int outside = catalog.snapshot().outsideLinks().size();
        if (outside > 0) {
            parts.journal()
                    .line("warning")
                    .path(catalog.snapshot().outsideLinks().getFirst())
                    .put(
                            "reason",
                            outside + " links lead outside the roots and are not watched; make their targets roots")
                    .log();
        }
    }

    /**
     * The engine's thread: from now on roots that come and go are noticed, and where the kernel tells nothing {@code inUse}
     * gets what is in use at every look, on the engine's thread.
     */
    void keepWatching(Consumer<List<Sighting>> inUse) {
        parts.engine().at(System.nanoTime() + Roots.CHECK_NANOS, () -> {
            inBackground(() -> {
                checkRoots();
                listAgain(watching.changedSilently());
                if (watching.isDeafSomewhere()) {
                    List<Sighting> found = useScan.of(knownFiles()).sightings();
                    parts.engine().submit(() -> inUse.accept(found));
                }
            });
            keepWatching(inUse);
        });
    }

    private void checkRoots() {
        for (Path root : roots.watchChanged()) {
            catalog.refresh(root);
            markNewFolders();
            ignored.clear();
        }
    }

    /** Something in a watched folder came or went. The engine's thread. */
    void folderChanged(Path folder) {
        if (changedFolders.isEmpty()) {
            parts.engine().at(System.nanoTime() + settleNanos, this::listChangedFolders);
        }
        changedFolders.add(folder);
    }

    /** A watched folder is gone, and its mark with it; one of its name may come. Any thread. */
    void folderGone(Path folder) {
        inBackground(() -> watching.forget(folder));
    }

    private void listChangedFolders() {
        List<Path> folders = List.copyOf(changedFolders);
        changedFolders.clear();
        inBackground(() -> listAgain(folders));
    }

    private void listAgain(List<Path> folders) {
        if (folders.isEmpty()) {
            return;
        }
        long started = System.nanoTime();
        catalog.refresh(folders);
        markNewFolders();
        ignored.clear();
        settleNanos = Math.max(SETTLE_NANOS, SETTLE_FACTOR * (System.nanoTime() - started));
    }

    /** A file was written: its size and content may differ now. The engine's thread. */
    void changed(Sighting sighting) {
        ignored.remove(sighting.id());
        Path path = pathOf(sighting);
        if (path != null && path.getParent() != null) {
            folderChanged(path.getParent());
        }
    }

    private Path pathOf(Sighting sighting) {
        try {
            if (sighting.path() != null) {
                return sighting.path();
            }
            CatalogEntry known = of(sighting.id());
            if (known != null) {
                return known.path();
            }
            return sighting.file() == null ? null : parts.kernel().files().path(sighting.file());
        } catch (KernelException gone) {
            return null;
        }
    }

    /**
     * A file no model is known for was opened: its folder is listed again, then {@code known} gets the sighting, or {@code
     * foreign} when it still belongs to none. Both on the engine's thread.
     */
    void identify(Sighting sighting, Consumer<Sighting> known, Consumer<Sighting> foreign) {
        if (ignored.contains(sighting.id())) {
            foreign.accept(sighting);
            return;
        }
        inBackground(() -> {
            Path path = pathOf(sighting);
            if (path != null && path.getParent() != null) {
                catalog.refresh(path.getParent());
                markNewFolders();
            }
            boolean found = of(sighting.id()) != null;
            if (!found) {
                if (ignored.size() >= IGNORED_FILES) {
                    ignored.clear();
                }
                ignored.add(sighting.id());
            }
            parts.engine().submit(() -> (found ? known : foreign).accept(sighting));
        });
    }

    /** Which model files somebody has open or mapped now, as sightings. {@code done} on the engine's thread. */
    void rescan(Consumer<List<Sighting>> done) {
        inBackground(() -> {
            UseScan.Found found = useScan.of(knownFiles());
            if (!found.complete()) {
                parts.engine().submit(() -> parts.engine().at(System.nanoTime() + RESCAN_NANOS, () -> rescan(done)));
            }
            parts.engine().submit(() -> done.accept(found.sightings()));
        });
    }

    private List<FileId> knownFiles() {
        List<FileId> ids = new ArrayList<>();
        catalog.snapshot().models().forEach(model -> model.files().forEach(file -> ids.add(file.id())));
        return ids;
    }

    /** Somebody who is no reader has moved the file's pages: what is resident now was there before the next reader. */
    void lookAgain(FileId id) {
        inBackground(() -> {
            idleFiles.forget(id);
            lookAtIdleFile(id);
        });
    }

    private void lookAtIdleFile(FileId id) {
        CatalogEntry entry = of(id);
        if (entry != null) {
            idleFiles.look(entry);
        }
    }

    private void inBackground(Runnable task) {
        try {
            background.execute(task);
        } catch (RejectedExecutionException stopping) {
            return; // the daemon ends
        }
    }
}
