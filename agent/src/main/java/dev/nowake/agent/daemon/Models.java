package dev.nowake.agent.daemon;

import dev.nowake.agent.config.Config;
import dev.nowake.agent.config.RootRule;
import dev.nowake.agent.identify.FoundFile;
import dev.nowake.agent.identify.FoundModel;
import dev.nowake.agent.identify.ModelCatalog;
import dev.nowake.agent.listen.Sighting;
import dev.nowake.agent.observe.Counter;
import dev.nowake.kernel.FileEvent;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.OpenFile;
import dev.nowake.kernel.proc.FileKey;
import dev.nowake.kernel.proc.OpenFileScan;
import dev.nowake.model.FileId;
import dev.nowake.policy.Policy;
import dev.nowake.policy.builtin.BuiltinPolicies;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
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

    /** How often a root that is missing or was replaced is looked for: one stat(2) each. */
    private static final long ROOT_CHECK_NANOS = 2_000_000_000L;

    /** Files known to be no model's; cleared when it is full, so a host that makes many files costs no memory. */
    private static final int IGNORED_FILES = 100_000;

    /** The root a model lies under, and its policy. */
    record Rule(RootRule root, Policy policy) {}

    private final Parts parts;
    private final Config config;
    private final Executor background;
    private final Watching watching;
    private final Baseline baseline;
    private final ModelCatalog catalog;
    private final List<Rule> rules = new ArrayList<>();
    private final Set<FileId> ignored = ConcurrentHashMap.newKeySet();
    private final Set<Path> changedFolders = new HashSet<>();

    Models(Parts parts, Config config, Executor background, Watching watching, Baseline baseline) {
        this.parts = parts;
        this.config = config;
        this.background = background;
        this.watching = watching;
        this.baseline = baseline;
        this.catalog = new ModelCatalog(parts.kernel().files());
        for (RootRule root : config.roots()) {
            Policy policy = BuiltinPolicies.named(root.policy()).orElseThrow();
            rules.add(new Rule(root, policy));
        }
        rules.sort(Comparator.comparing((Rule rule) -> rule.root().path().getNameCount())
                .reversed());
    }

    /** False for what is known to be no model file, unless it was just written. Any thread. */
    boolean wants(FileId id, long mask) {
        return (mask & FileEvent.CLOSE_WRITE) != 0 || !ignored.contains(id);
    }

    /** Null when the file is not known to belong to a model. Any thread. */
    FoundModel of(FileId id) {
        return catalog.modelOf(id).orElse(null);
    }

    /** The rule of the deepest root the model lies under; every model of the catalogue lies under one. */
    Rule ruleFor(FoundModel model) {
        FoundFile file = model.files().getFirst();
        for (Rule rule : rules) {
            if (file.path().startsWith(rule.root().path())) {
                return rule;
            }
        }
        return rules.getLast();
    }

    /** Marks all folders of all roots, then lists them, so that nothing made meanwhile is missed. Before the start. */
    void watchRoots() {
        for (RootRule root : config.roots()) {
            watchRoot(root.path());
        }
        background.execute(this::lookAtIdleFiles);
    }

    private void watchRoot(Path root) {
        try {
            parts.kernel().files().status(root);
            watching.watch(root);
            watchFolders(catalog.addRoot(root));
        } catch (IOException missing) {
            parts.counters().increment(Counter.ERRORS);
            parts.journal()
                    .line("error")
                    .path(root)
                    .put("reason", "root is not there yet, looking again every 2 s: " + missing.getMessage())
                    .log();
        }
    }

    /** Marks new folders and lists them again, until nothing new turns up: a file made between list and mark is seen. */
    private void watchFolders(List<Path> folders) {
        for (Path folder : folders) {
            watching.watch(folder);
        }
    }

    /** The engine's thread: from now on roots that come and go are noticed. */
    void keepWatching() {
        parts.engine().at(System.nanoTime() + ROOT_CHECK_NANOS, () -> {
            inBackground(this::checkRoots);
            keepWatching();
        });
    }

    private void checkRoots() {
        for (RootRule root : config.roots()) {
            if (exists(root.path()) && catalog.isStale(root.path())) {
                watchRoot(root.path());
                ignored.clear();
            }
        }
    }

    private boolean exists(Path path) {
        try {
            return parts.kernel().files().status(path).isDirectory();
        } catch (KernelException missing) {
            return false;
        }
    }

    /** Something in a watched folder came or went. The engine's thread. */
    void folderChanged(Path folder) {
        if (changedFolders.isEmpty()) {
            parts.engine().at(System.nanoTime() + SETTLE_NANOS, this::listChangedFolders);
        }
        changedFolders.add(folder);
    }

    private void listChangedFolders() {
        List<Path> folders = List.copyOf(changedFolders);
        changedFolders.clear();
        inBackground(() -> folders.forEach(this::listAgain));
    }

    private void listAgain(Path folder) {
        watchFolders(catalog.refresh(folder));
        ignored.clear();
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
            FoundModel known = of(sighting.id());
            if (known != null) {
                return known.files().stream()
                        .filter(file -> file.id().equals(sighting.id()))
                        .map(FoundFile::path)
                        .findFirst()
                        .orElse(null);
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
                watchFolders(catalog.refresh(path.getParent()));
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
            Set<FileKey> keys = new HashSet<>();
            for (FileId id : catalog.files()) {
                keys.add(new FileKey(id.device(), id.inode()));
            }
            parts.counters().increment(Counter.PROC_SCANS);
            OpenFileScan.Users users = OpenFileScan.scan(
                    parts.procRoot(),
                    keys,
                    Math.toIntExact(ProcessHandle.current().pid()));
            if (users.hidden().contains(OpenFileScan.EVERYBODY)) {
                parts.engine().submit(() -> parts.engine()
                        .at(System.nanoTime() + ROOT_CHECK_NANOS, () -> rescan(done)));
            }
            List<Sighting> found = new ArrayList<>();
            for (FileKey key : keys) {
                if (users.inUse(key)) {
                    FileId id = new FileId(key.device(), key.inode());
                    int pid = users.pids(key).iterator().next();
                    found.add(new Sighting(id, FileEvent.OPEN, pid, null, null, null, System.nanoTime()));
                }
            }
            parts.engine().submit(() -> done.accept(found));
        });
    }

    /** What is resident while nobody reads: once at the start, where opening a file disturbs nothing. */
    private void lookAtIdleFiles() {
        catalog.files().forEach(this::lookAtIdleFile);
    }

    /** Somebody who is no reader has moved the file's pages: what is resident now was there before the next reader. */
    void lookAgain(FileId id) {
        inBackground(() -> {
            baseline.forget(id);
            lookAtIdleFile(id);
        });
    }

    private void lookAtIdleFile(FileId id) {
        FoundModel model = of(id);
        if (model == null || parts.mounts().isFuse(id.device()) || !parts.claims().claim(id)) {
            return;
        }
        try {
            lookAtIdleFile(model, id);
        } finally {
            parts.claims().release(id);
        }
    }

    private void lookAtIdleFile(FoundModel model, FileId id) {
        for (FoundFile found : model.files()) {
            if (found.id().equals(id)) {
                try (OpenFile file = parts.kernel().files().open(found.path())) {
                    baseline.rememberFirst(id, baseline.resident(file, found.sizeBytes()));
                } catch (KernelException gone) {
                    return; // its next open starts from what it finds
                }
            }
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
