package dev.nowake.agent.daemon;

import dev.nowake.agent.config.RootRule;
import dev.nowake.agent.identify.CatalogSnapshot;
import dev.nowake.agent.identify.FoundFile;
import dev.nowake.agent.identify.FoundModel;
import dev.nowake.agent.load.ActiveLoad;
import dev.nowake.agent.load.LoadBook;
import dev.nowake.agent.load.LoadState;
import dev.nowake.agent.load.NodeTarget;
import dev.nowake.agent.load.TrackedShard;
import dev.nowake.agent.metrics.LoadsNow;
import dev.nowake.agent.metrics.LoadsNow.Place;
import dev.nowake.agent.observe.PathLabel;
import dev.nowake.model.FileId;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * What of a lane's models is resident, by root and node, from what is known anyway: no file is looked at. Files nobody reads
 * are summed again only when something else is known of one of them. Belongs to the engine's thread.
 */
final class Residents {
    /** A sum over 100,000 files takes some 10 ms of the engine's time. */
    private static final long AGE_NANOS = 10_000_000_000L;

    /** What the sum holds of one file. */
    private record Counted(Place place, long bytes) {}

    private final Supplier<List<RootRule>> roots;
    private final Baseline baseline;
    private final Supplier<CatalogSnapshot> catalog;
    private final Map<FileId, String> nodes = new HashMap<>();
    private Map<FileId, Counted> counted = Map.of();
    private Map<Place, Long> idle = Map.of();
    private CatalogSnapshot summed;
    private long summedChanges = -1;
    private long summedNanos;

    Residents(Supplier<List<RootRule>> roots, Baseline baseline, Supplier<CatalogSnapshot> catalog) {
        this.roots = roots;
        this.baseline = baseline;
        this.catalog = catalog;
    }

    LoadsNow now(LoadBook book) {
        long now = System.nanoTime();
        sumIdle(now);
        Map<Place, Long> resident = new HashMap<>(idle);
        int loading = 0;
        int readers = 0;
        List<ActiveLoad> active = book.active();
        for (ActiveLoad load : active) {
            loading += load.load().state() == LoadState.LOADING ? 1 : 0;
            readers += load.load().readers().size();
            for (TrackedShard shard : load.load().shards()) {
                add(resident, load, shard);
            }
        }
        resident.values().removeIf(bytes -> bytes <= 0);
        for (RootRule root : roots.get()) { // a root without anything is 0, not unknown
            resident.putIfAbsent(new Place(label(root), Place.ANY_NODE), 0L);
        }
        return new LoadsNow(loading, active.size() - loading, readers, resident);
    }

    /** Instead of what was seen of it before its load. */
    private void add(Map<Place, Long> resident, ActiveLoad load, TrackedShard shard) {
        FileId id = shard.shard().id();
        String root = PathLabel.of(load.rule().path()).text();
        Counted before = counted.get(id);
        if (before != null) {
            resident.merge(before.place(), -before.bytes(), Long::sum);
        }
        NodeTarget target = load.load().target();
        if (target != null) {
            nodes.put(id, target.node() < 0 ? Place.ANY_NODE : Integer.toString(target.node()));
        }
        resident.merge(new Place(root, nodeOf(id)), reckoned(shard), Long::sum);
    }

    private static long reckoned(TrackedShard shard) {
        long came = Math.max(
                shard.residentBefore().bytes() + shard.landedBytes(),
                shard.touched().byAny().bytes());
        return Math.clamp(came - shard.gone().bytes(), 0, shard.shard().sizeBytes());
    }

    private String nodeOf(FileId id) {
        return nodes.getOrDefault(id, Place.ANY_NODE);
    }

    private void sumIdle(long now) {
        CatalogSnapshot found = catalog.get();
        long changes = baseline.changes();
        boolean same = found == summed && changes == summedChanges;
        if (same || (summed != null && now - summedNanos < AGE_NANOS)) {
            return;
        }
        Map<FileId, Counted> files = new HashMap<>();
        Map<Place, Long> sums = new HashMap<>();
        for (FoundModel model : found.models()) {
            for (FoundFile file : model.files()) {
                FileId id = file.shard().id();
                long bytes = baseline.residentBytes(id);
                if (bytes > 0) {
                    Place place = new Place(rootOf(file.path()), nodeOf(id));
                    if (files.put(id, new Counted(place, bytes)) == null) {
                        sums.merge(place, bytes, Long::sum);
                    }
                }
            }
        }
        nodes.keySet().removeIf(id -> found.find(id) == null);
        counted = files;
        idle = sums;
        summed = found;
        summedChanges = changes;
        summedNanos = now;
    }

    private String rootOf(Path file) {
        RootRule deepest = null;
        for (RootRule root : roots.get()) {
            if (file.startsWith(root.path())
                    && (deepest == null
                            || root.path().getNameCount() > deepest.path().getNameCount())) {
                deepest = root;
            }
        }
        return deepest == null ? "" : label(deepest);
    }

    private static String label(RootRule root) {
        return PathLabel.of(root.path()).text();
    }
}
