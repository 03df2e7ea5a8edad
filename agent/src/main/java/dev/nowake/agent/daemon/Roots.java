package dev.nowake.agent.daemon;

import dev.nowake.agent.config.Config;
import dev.nowake.agent.config.RootRule;
import dev.nowake.agent.identify.ModelCatalog;
import dev.nowake.agent.observe.Counter;
import dev.nowake.agent.observe.LineKind;
import dev.nowake.agent.rules.RuleBook;
import dev.nowake.kernel.FileStatus;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.proc.Mount;
import dev.nowake.kernel.proc.MountInfo;
import dev.nowake.model.FileId;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.stream.Collectors;

/**
 * The roots and their rules, which of the roots are there now, and what is mounted below them. One thread at a time, the
 * rules any.
 */
final class Roots {
    /** How often a root that is missing, was replaced or unmounted is looked for: two calls each. */
    static final long CHECK_NANOS = 2_000_000_000L;

    /** A root that was deleted and made again may have its old inode number, but not its old time of change. */
    private record SeenRoot(FileId id, long mtimeNanos) {}

    private final Parts parts;
    private final Watching watching;
    private final BiPredicate<Path, MountInfo> isOurs;
    private final Map<Path, SeenRoot> seen = new HashMap<>();
    private volatile RuleBook rules;
    private List<Path> roots = List.of();
    private Map<Path, Long> mountedBelow = Map.of();

    /**
     * Without roots until {@link #follow}.
     *
     * @param isOurs whether a root is still this lane's to look at, by what is mounted; where it is not, a look may wait for
     *     a server
     */
    Roots(Parts parts, Config config, Watching watching, BiPredicate<Path, MountInfo> isOurs) {
        this.parts = parts;
        this.watching = watching;
        this.isOurs = isOurs;
        rules(config);
    }

    RuleBook rules() {
        return rules;
    }

    /** Other rules from now on. Any thread. */
    void rules(Config config) {
        rules = new RuleBook(
                config,
                name -> parts.decider().registry().named(name).unit().policy().defaults());
    }

    /** Has these roots from now on, marks those that are new, and tells of the new ones that are not there. */
    List<ModelCatalog.Root> follow(List<RootRule> next) {
        Set<Path> before = Set.copyOf(roots);
        roots = next.stream().map(RootRule::path).distinct().toList();
        seen.keySet().retainAll(roots);
        mountedBelow = mountedBelow(MountInfo.read(parts.procRoot()));
        roots.stream().filter(root -> !before.contains(root)).forEach(this::watch);
        return listed();
    }

    /** As the catalogue wants them: whether the small files beside the weights may be opened. */
    List<ModelCatalog.Root> listed() {
        return roots.stream()
                .map(root -> new ModelCatalog.Root(root, mayOpen(seen.get(root))))
                .toList();
    }

    private boolean mayOpen(SeenRoot root) {
        return root == null || !parts.mounts().isFuse(root.id().device());
    }

    /**
     * Marks the roots that came, were replaced or mounted since the last look; tells of those that went. Returns them, and the
     * folders below roots where something was mounted or unmounted, whose marks are forgotten.
     */
    Set<Path> watchChanged() {
        MountInfo mounts = MountInfo.read(parts.procRoot());
        Set<Path> changed = new LinkedHashSet<>();
        for (Path root : roots) {
            if (!isOurs.test(root, mounts)) {
                continue;
            }
            SeenRoot known = seen.get(root);
            SeenRoot now = look(root);
            if (now == null && known != null) {
                watch(root);
            } else if (now != null && (known == null || !isSame(root, known, now))) {
                watching.forget(root);
                watch(root);
                changed.add(root);
            }
        }
        changed.addAll(mountsChanged(mountedBelow(mounts)));
        return changed;
    }

    /** Its mark tells it from one of its number; where there is none, its time of change must do. */
    private boolean isSame(Path root, SeenRoot known, SeenRoot now) {
        long device = now.id().device();
        return known.id().equals(now.id())
                && (watching.hears(root, device)
                        ? watching.isMarked(root, device)
                        : known.mtimeNanos() == now.mtimeNanos());
    }

    private List<Path> mountsChanged(Map<Path, Long> now) {
        Set<Path> points = new LinkedHashSet<>(now.keySet());
        points.addAll(mountedBelow.keySet());
        List<Path> changed = new ArrayList<>();
        for (Path point : points) {
            Long device = now.get(point);
            if (device == null
                    || !device.equals(mountedBelow.get(point))
                    || watching.hears(point, device) && !watching.isMarked(point, device)) {
                watching.forget(point);
                changed.add(point);
            }
        }
        mountedBelow = now;
        return changed;
    }

    /** Mount points below the roots, each with the device that is mounted there now. */
    private Map<Path, Long> mountedBelow(MountInfo mounts) {
        return mounts.mounts().stream()
                .filter(mount -> roots.stream()
                        .anyMatch(root -> mount.mountPoint().startsWith(root)
                                && !mount.mountPoint().equals(root)))
                .collect(Collectors.toMap(Mount::mountPoint, Mount::device, (below, above) -> above));
    }

    private void watch(Path root) {
        SeenRoot now = look(root);
        if (now == null) {
            parts.counters().increment(Counter.ERRORS);
            parts.journal()
                    .line(LineKind.ERROR)
                    .path(root)
                    .put("reason", "root is not there, looking again every 2 s")
                    .log();
            seen.remove(root);
            return;
        }
        seen.put(root, now);
        watching.watch(root);
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
