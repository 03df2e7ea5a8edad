package dev.nowake.agent.daemon;

import dev.nowake.agent.config.Config;
import dev.nowake.agent.config.RootRule;
import dev.nowake.agent.identify.ModelCatalog;
import dev.nowake.agent.observe.Counter;
import dev.nowake.agent.observe.LineKind;
import dev.nowake.agent.rules.RuleBook;
import dev.nowake.kernel.FileStatus;
import dev.nowake.kernel.KernelException;
import dev.nowake.model.FileId;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The roots and their rules, and which of the roots are there now. One thread at a time, {@link #rules} any. */
final class Roots {
    /** How often a root that is missing or was replaced is looked for: one stat(2) each. */
    static final long CHECK_NANOS = 2_000_000_000L;

    /** A root that was deleted and made again may have its old inode number, but not its old time of change. */
    private record SeenRoot(FileId id, long mtimeNanos) {}

    private final Parts parts;
    private final Watching watching;
    private final List<RootRule> roots;
    private final RuleBook rules;
    private final Map<Path, SeenRoot> seen = new HashMap<>();

    Roots(Parts parts, Config config, Watching watching) {
        this.parts = parts;
        this.watching = watching;
        this.roots = config.roots();
        this.rules = new RuleBook(
                config,
                name -> parts.decider().registry().named(name).unit().policy().defaults());
    }

    RuleBook rules() {
        return rules;
    }

    /** Marks every root, and tells of those that are not there. */
    List<ModelCatalog.Root> watchAll() {
        List<ModelCatalog.Root> watched = new ArrayList<>();
        for (RootRule root : roots) {
            watched.add(new ModelCatalog.Root(root.path(), watch(root.path())));
        }
        return watched;
    }

    /** Marks the roots that came or were replaced since the last look, and returns them; tells of those that went. */
    List<Path> watchChanged() {
        List<Path> changed = new ArrayList<>();
        for (RootRule root : roots) {
            SeenRoot known = seen.get(root.path());
            SeenRoot now = look(root.path());
            if (now == null && known != null) {
                watch(root.path());
            } else if (now != null && !now.equals(known)) {
                watching.forget(root.path());
                watch(root.path());
                changed.add(root.path());
            }
        }
        return changed;
    }

    /** Returns whether the small files beside the weights may be opened there. */
    private boolean watch(Path root) {
        SeenRoot now = look(root);
        if (now == null) {
            parts.counters().increment(Counter.ERRORS);
            parts.journal()
                    .line(LineKind.ERROR)
                    .path(root)
                    .put("reason", "root is not there, looking again every 2 s")
                    .log();
            seen.remove(root);
            return true;
        }
        seen.put(root, now);
        watching.watch(root);
        return !parts.mounts().isFuse(now.id().device());
    }

    private SeenRoot look(Path path) {
        try {
            FileStatus status = parts.kernel().files().status(path);
            return new SeenRoot(new FileId(status.device(), status.inode()), status.mtimeNanos());
        } catch (KernelException missing) {
            return null;
        }
    }
}
