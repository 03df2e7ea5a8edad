package dev.nowake.agent.daemon;

import dev.nowake.agent.decide.Assignment;
import dev.nowake.agent.decide.Plan;
import dev.nowake.agent.identify.CatalogEntry;
import dev.nowake.agent.identify.CatalogSnapshot;
import dev.nowake.agent.load.ActiveLoad;
import dev.nowake.agent.load.TrackedShard;
import dev.nowake.agent.rules.RuleBook;
import dev.nowake.kernel.FileStatus;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.OpenFile;
import dev.nowake.model.FileId;
import dev.nowake.model.RangeSet;
import dev.nowake.policy.Hook;
import dev.nowake.policy.PolicyInput;
import dev.nowake.policy.Trigger;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * What would become of an open, were it to happen now: the same way as {@link Intake} goes, up to the plan, which is not
 * carried out. Pages stay as they are: files are only looked at, and on FUSE not even that.
 */
final class Explaining {
    private final Parts parts;
    private final Supplier<RuleBook> rules;
    private final PolicyInputs inputs;
    private final Baseline baseline;
    private final ReaderPlaces places;
    private final Placements placements;
    private final Executor engine;
    private final Executor background;

    /** Loads are looked at on {@code engine}, files on {@code background}. */
    Explaining(
            Parts parts,
            Supplier<RuleBook> rules,
            PolicyInputs inputs,
            Baseline baseline,
            ReaderPlaces places,
            Placements placements,
            Executor engine,
            Executor background) {
        this.parts = parts;
        this.rules = rules;
        this.inputs = inputs;
        this.baseline = baseline;
        this.places = places;
        this.placements = placements;
        this.engine = engine;
        this.background = background;
    }

    /** The file's own entry, else the first below the folder {@code path}; null where there is none. */
    static CatalogEntry find(CatalogSnapshot snapshot, FileId id, Path path) {
        CatalogEntry entry = snapshot.find(id);
        return entry != null
                ? entry
                : snapshot.models().stream()
                        .flatMap(model -> model.files().stream())
                        .filter(file -> file.path().startsWith(path))
                        .findFirst()
                        .map(file -> snapshot.find(file.id()))
                        .orElse(null);
    }

    /** {@code pid}: the reader to be; 0 for none, then that of a load under way. Any thread. */
    CompletableFuture<Map<String, Object>> explain(CatalogSnapshot snapshot, CatalogEntry entry, int pid) {
        CompletableFuture<Map<String, Object>> answer = new CompletableFuture<>();
        run(engine, answer, () -> {
            ActiveLoad active = parts.book().of(entry.shard().id());
            if (active != null) {
                int reader = pid > 0
                        ? pid
                        : active.load().readers().keySet().stream().findFirst().orElse(0);
                LoadStart start = LoadStart.look(parts, rules.get(), LoadStart.shards(snapshot, entry), entry, reader);
                ask(new Case(entry, reader, start, active, true, Map.of()), answer);
            } else {
                run(background, answer, () -> idle(snapshot, entry, pid, answer));
            }
        });
        return answer;
    }

    /** A task that breaks is an answer too: nobody waits for nothing. */
    private static void run(Executor executor, CompletableFuture<?> answer, Runnable task) {
        executor.execute(() -> {
            try {
                task.run();
            } catch (RuntimeException | Error broken) {
                answer.completeExceptionally(broken);
            }
        });
    }

    private void idle(
            CatalogSnapshot snapshot, CatalogEntry entry, int pid, CompletableFuture<Map<String, Object>> answer) {
        List<TrackedShard> shards = LoadStart.shards(snapshot, entry);
        Map<FileId, RangeSet> resident = new HashMap<>();
        for (TrackedShard shard : shards) {
            RangeSet now = look(shard);
            if (now != null) {
                resident.put(shard.shard().id(), now);
                shard.residentBytes(now.bytes());
                shard.residentBefore(now);
            }
        }
        LoadStart start = LoadStart.look(parts, rules.get(), shards, entry, pid);
        ActiveLoad load = start.begin(parts, shards);
        load.load().shard(entry.shard().id()).markOpened();
        if (pid > 0) {
            load.load().addReader(pid, -1);
            places.look(load.load(), System.nanoTime());
        }
        run(engine, answer, () -> ask(new Case(entry, pid, start, load, false, resident), answer));
    }

    /** Null where residency is unknown, or looking would disturb: an open drops a file's pages on most FUSE servers. */
    private RangeSet look(TrackedShard shard) {
        FileId id = shard.shard().id();
        if (parts.mounts().isFuse(id.device()) || !parts.claims().claim(id)) {
            return null;
        }
        try (OpenFile file = parts.kernel().files().open(shard.path())) {
            FileStatus status = parts.kernel().files().status(file);
            return id.equals(new FileId(status.device(), status.inode()))
                    ? baseline.resident(file, shard.shard().sizeBytes())
                    : null;
        } catch (KernelException unopenable) {
            return null;
        } finally {
            parts.claims().release(id);
        }
    }

    /** Asks both hooks for an open, and the second one for the load's end. */
    private void ask(Case open, CompletableFuture<Map<String, Object>> answer) {
        ActiveLoad load = open.load();
        TrackedShard shard = load.load().shard(open.entry().shard().id());
        PolicyInput now = inputs.of(load, Trigger.OPEN, shard, null, false);
        PolicyInput end = inputs.of(load, Trigger.CLOSE, null, null, true);
        CompletableFuture<Plan> prefetch = plan(load.assignment(), Hook.PREFETCH, now);
        CompletableFuture<Plan> evict = plan(load.assignment(), Hook.EVICT, now);
        CompletableFuture<Plan> release = plan(load.assignment(), Hook.EVICT, end);
        CompletableFuture.allOf(prefetch, evict, release).whenComplete((done, broken) -> {
            if (broken != null) {
                answer.completeExceptionally(broken);
                return;
            }
            run(engine, answer, () -> {
                long room = Math.max(0, parts.governor().look().roomBytes());
                Map<String, Object> cgroup = CgroupDocument.reader(parts.procRoot(), open.pid());
                answer.complete(new ExplainDocument(open, cgroup, placements, parts.switches())
                        .of(prefetch.join(), evict.join(), release.join(), room));
            });
        });
    }

    private CompletableFuture<Plan> plan(Assignment assignment, Hook hook, PolicyInput input) {
        CompletableFuture<Plan> plan = new CompletableFuture<>();
        parts.decider().tryOut(assignment, hook, input, engine, plan::complete);
        return plan;
    }

    /**
     * An open to be explained.
     *
     * @param pid 0 where nobody in particular opens it
     * @param load the one under way, or one made up for this
     * @param underWay which of the two
     * @param resident what was looked at
     */
    record Case(
            CatalogEntry entry,
            int pid,
            LoadStart start,
            ActiveLoad load,
            boolean underWay,
            Map<FileId, RangeSet> resident) {}
}
