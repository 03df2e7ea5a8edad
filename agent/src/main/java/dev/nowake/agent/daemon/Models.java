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
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.proc.MountInfo;
import dev.nowake.model.FileId;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.BiPredicate;
import java.util.function.Consumer;

/**
 * The models below the roots and the rule of each: keeps the catalogue true while folders change, and the marks with it.
 * Lookups are for any thread; the rest says which.
 */
final class Models {
    /** Until the next look at who uses what, when /proc could not be read whole: it costs a pass over every process. */
    private static final long RESCAN_NANOS = 2_000_000_000L;

    private final Parts parts;
    private final Executor background;
    private final Watching watching;
    private final Baseline baseline;
    private final LayoutShelf layouts;
    private final Roots roots;
    private final UseScan useScan;
    private final IdleFiles idleFiles;
    private final ModelCatalog catalog;
    private final FolderMarks marks;
    private final ChangedFolders changedFolders;
    private final ForeignFiles foreign = new ForeignFiles();
    private volatile boolean retired;

    /** {@code newFolders}: see {@link FolderMarks}; on the background thread. {@code isOurs}: see {@link Roots}. */
    Models(
            Parts parts,
            Config config,
            Executor background,
            Watching watching,
            Baseline baseline,
            LayoutShelf layouts,
            Consumer<List<FileId>> newFolders,
            BiPredicate<Path, MountInfo> isOurs) {
        this.parts = parts;
        this.background = background;
        this.watching = watching;
        this.baseline = baseline;
        this.layouts = layouts;
        this.roots = new Roots(parts, config, watching, isOurs);
        this.useScan = new UseScan(parts);
        this.idleFiles = new IdleFiles(parts, baseline, this::of, this::inBackground);
        this.catalog = ModelCatalog.scan(parts.kernel().files(), List.of());
        this.marks = new FolderMarks(catalog, watching, newFolders);
        this.changedFolders = new ChangedFolders(parts.engine(), folders -> inBackground(() -> listAgain(folders)));
    }

    /** False for what is known to be no model file, unless it was just written. Any thread. */
    boolean wants(FileId id, long mask) {
        return foreign.admits(id, mask);
    }

    /** Null when the file is not known to belong to a model below a root there is a rule for. Any thread. */
    CatalogEntry of(FileId id) {
        CatalogEntry entry = catalog.find(id);
        boolean watched = entry != null && !retired && roots.rules().rootOf(entry.path()) != null;
        return watched ? entry : null;
    }

    /** See {@link LoadStart#shards}. Any thread. */
    List<TrackedShard> shardsOf(CatalogEntry entry) {
        return LoadStart.shards(catalog.snapshot(), entry);
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
        marks.mark();
        tellOutsideLinks();
    }

    /** Looks what of every model file is resident, where nothing is known of it yet: for so long, at the rest afterwards. */
    void lookAtIdleFiles(long nanos) {
        idleFiles.look(knownFiles(), nanos);
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
        marks.unmarkOthers();
        marks.mark();
        watching.closeUnused();
        foreign.forgetAll();
        List<FileId> fresh = knownFiles();
        fresh.removeIf(before::contains);
        idleFiles.look(fresh);
        return !fresh.isEmpty();
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
        forgetFilesBelow(changed);
        catalog.follow(roots.listed());
        changed.forEach(catalog::enterAgain);
        marks.unmarkOthers();
        marks.markAndTell(changed);
        watching.closeUnused();
        foreign.forgetAll();
    }

    /** What is mounted there now may have other files under the same numbers: images do. */
    private void forgetFilesBelow(Collection<Path> places) {
        for (FileId id : knownFiles()) {
            CatalogEntry entry = catalog.find(id);
            if (entry != null && places.stream().anyMatch(entry.path()::startsWith)) {
                baseline.forget(id);
                layouts.forget(id);
            }
        }
    }

    /** Something in a watched folder came or went. The engine's thread. */
    void folderChanged(Path folder) {
        changedFolders.add(folder);
    }

    /** A watched folder is gone, and its mark with it; one of its name may come. Any thread. */
    void folderGone(Path folder) {
        inBackground(() -> watching.forget(folder));
    }

    private void listAgain(List<Path> folders) {
        if (folders.isEmpty()) {
            return;
        }
        long started = System.nanoTime();
        catalog.refresh(folders);
        marks.markAndTell(Set.of());
        foreign.forgetAll();
        changedFolders.listingTook(System.nanoTime() - started);
    }

    /** A file was written: its size and content may differ now. The engine's thread. */
    void changed(Sighting sighting) {
        foreign.forget(sighting.id());
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
     * unknown} when it still belongs to none. Both on the engine's thread.
     */
    void identify(Sighting sighting, Consumer<Sighting> known, Consumer<Sighting> unknown) {
        if (foreign.contains(sighting.id())) {
            unknown.accept(sighting);
            return;
        }
        inBackground(() -> {
            Path path = pathOf(sighting);
            if (path != null && path.getParent() != null) {
                catalog.refresh(path.getParent());
                marks.markAndTell(Set.of());
            }
            boolean found = of(sighting.id()) != null;
            if (!found) {
                foreign.add(sighting.id());
            }
            parts.engine().submit(() -> (found ? known : unknown).accept(sighting));
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
        idleFiles.lookAgain(id);
    }

    private void inBackground(Runnable task) {
        LaneThreads.begin(background, task);
    }
}
