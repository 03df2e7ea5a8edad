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
import dev.nowake.agent.observe.LineKind;
import dev.nowake.agent.rules.RuleBook;
import dev.nowake.kernel.FileEvent;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.proc.MountInfo;
import dev.nowake.model.FileId;
import dev.nowake.model.Shard;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BiPredicate;
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

    /** At idle files in one go: somebody may wait for this thread. */
    private static final long LOOK_NANOS = 50_000_000L;

    private final Parts parts;
    private final Executor background;
    private final Watching watching;
    private final Roots roots;
    private final UseScan useScan;
    private final IdleFiles idleFiles;
    private final Consumer<List<FileId>> newFolders;
    private final ModelCatalog catalog;
    private volatile boolean retired;
    private volatile long settleNanos = SETTLE_NANOS;
    private final Set<FileId> ignored = ConcurrentHashMap.newKeySet();
    private final Set<Path> changedFolders = new HashSet<>();

    /**
     * {@code newFolders} is told, on the background thread, that folders have just been marked, and which model files were
     * in them already: whoever wrote those may have closed them unheard. {@code isOurs}: see {@link Roots}.
     */
    Models(
            Parts parts,
            Config config,
            Executor background,
            Watching watching,
            Baseline baseline,
            Consumer<List<FileId>> newFolders,
            BiPredicate<Path, MountInfo> isOurs) {
        this.parts = parts;
        this.background = background;
        this.watching = watching;
        this.roots = new Roots(parts, config, watching, isOurs);
        this.useScan = new UseScan(parts);
        this.idleFiles = new IdleFiles(parts, baseline);
        this.newFolders = newFolders;
        this.catalog = ModelCatalog.scan(parts.kernel().files(), List.of());
    }

    /** False for what is known to be no model file, unless it was just written. Any thread. */
    boolean wants(FileId id, long mask) {
        return (mask & FileEvent.CLOSE_WRITE) != 0 || !ignored.contains(id);
    }

    /** Null when the file is not known to belong to a model below a root there is a rule for. Any thread. */
    CatalogEntry of(FileId id) {
        CatalogEntry entry = catalog.find(id);
        boolean watched = entry != null && !retired && roots.rules().rootOf(entry.path()) != null;
        return watched ? entry : null;
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
        return root == null || parts.switches().modes().of(null, root) == Mode.OBSERVE;
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

    /** Marks the roots, lists them, and marks what is below. Before the start; the background thread. */
    void watchRoots(List<RootRule> first) {
        catalog.follow(roots.follow(first));
        watchFolders();
        tellOutsideLinks();
    }

    /** Looks what of every model file is resident, where nothing is known of it yet: for so long, at the rest afterwards. */
    void lookAtIdleFiles(long nanos) {
        lookAtIdleFiles(new ArrayDeque<>(knownFiles()), nanos);
    }

    /** Other rules from now on, for loads that begin. A file below none of their roots is no model's any more. Any thread. */
    void rules(Config config) {
        roots.rules(config);
    }

    /** No file is a model's any more, whatever is still heard. Any thread. */
    void retire() {
        retired = true;
    }

    /**
     * Other roots from now on: those that stay keep their marks and all that is known of them, the others are unmarked or
     * marked. Returns whether model files came into sight, which somebody may have open already. The background thread.
     */
    boolean follow(List<RootRule> next) {
        Set<FileId> before = Set.copyOf(knownFiles());
        catalog.follow(roots.follow(next));
        watching.keepOnly(Set.copyOf(catalog.snapshot().folders()));
        watchFolders();
        watching.closeUnused();
        ignored.clear();
        Deque<FileId> fresh = new ArrayDeque<>(knownFiles());
        fresh.removeIf(before::contains);
        boolean any = !fresh.isEmpty();
        lookAtIdleFiles(fresh, LOOK_NANOS);
        return any;
    }

    /** So long now, the rest when what waits for this thread has had its turn. */
    private void lookAtIdleFiles(Deque<FileId> files, long nanos) {
        long end = System.nanoTime() + nanos;
        while (!files.isEmpty() && System.nanoTime() < end) {
            lookAtIdleFile(files.poll());
        }
        if (!files.isEmpty()) {
            inBackground(() -> lookAtIdleFiles(files, LOOK_NANOS));
        }
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
        markNewFolders(Set.of());
    }

    /** {@code also}: those that were marked just before. */
    private void markNewFolders(Collection<Path> also) {
        Set<Path> marked = watchFolders();
        marked.addAll(also);
        if (!marked.isEmpty()) {
            newFolders.accept(catalog.snapshot().filesIn(marked));
        }
    }

    private void tellOutsideLinks() {
        int outside = catalog.snapshot().outsideLinks().size();
        if (outside > 0) {
            parts.journal()
                    .line(LineKind.WARNING)
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
                if (retired) {
                    return;
                }
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
        Collection<Path> changed = roots.watchChanged();
        if (changed.isEmpty()) {
            return;
        }
        catalog.follow(roots.listed());
        changed.forEach(catalog::enterAgain);
        watching.keepOnly(Set.copyOf(catalog.snapshot().folders()));
        markNewFolders(changed);
        watching.closeUnused();
        ignored.clear();
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
