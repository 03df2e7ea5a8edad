package dev.nowake.agent.daemon;

import dev.nowake.agent.config.Config;
import dev.nowake.agent.config.Mode;
import dev.nowake.agent.config.RootRule;
import dev.nowake.agent.execute.PrefetchJob;
import dev.nowake.agent.identify.CatalogEntry;
import dev.nowake.agent.identify.CatalogSnapshot;
import dev.nowake.agent.identify.FoundModel;
import dev.nowake.agent.listen.Sighting;
import dev.nowake.agent.load.ActiveLoad;
import dev.nowake.agent.load.TrackedShard;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.proc.MountInfo;
import dev.nowake.model.FileId;
import dev.nowake.policy.Trigger;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiPredicate;

/**
 * The whole way, from listening to releasing, for the roots of one kind of storage: all local filesystems together, and
 * each remote one (FUSE, network) alone. Any call on a file of a server that hangs waits for it, close(2) included; it
 * waits on its own lane's threads, and the other lanes go on.
 */
final class Lane implements AutoCloseable {
    /** Descriptors of a load that was let go are closed when the chunks in flight are done. */
    private static final long END_LOOK_NANOS = 20_000_000L;

    private final Parts parts;
    private final LaneThreads threads;
    private final Ears ears;
    private final Watching watching;
    private final Models models;
    private final Intake intake;
    private final Written written;
    private final Following following;
    private final Explaining explaining;
    private final Heartbeat heartbeat;
    private final Suspensions suspensions;
    private final Runnable switched = this::switched;
    private final RuleChange ruleChange;
    private final Sampling sampling;
    private final LoadsAnswer loadsNow;
    private final LoadsStatus loadsStatus;
    private final long lookNanos;
    private volatile Config roots;
    private final Restart restart;
    private Thread engineThread;

    /**
     * @param parts with an engine and a book of the lane's own
     * @param roots its part of the configuration
     * @param handover what an earlier daemon left
     * @param isOurs whether a root is still this lane's, by what is mounted
     * @param lookNanos how long a start may look at what is resident of files nobody reads
     */
    Lane(Parts parts, Config roots, Handover handover, String name, BiPredicate<Path, MountInfo> isOurs, long lookNanos)
            throws KernelException {
        this.parts = parts;
        this.roots = roots;
        this.lookNanos = lookNanos;
        this.threads = LaneThreads.of(name);
        this.ears = new Ears(parts);
        Baseline baseline = new Baseline(parts.kernel());
        ShardFiles files = new ShardFiles(parts, baseline, handover);
        HostMemory memory = new HostMemory(parts.procRoot());
        HostNodes nodes = new HostNodes(parts.procRoot());
        ReaderPlaces places = new ReaderPlaces(parts.procRoot(), parts.kernel().placement(), nodes);
        Placements placements = new Placements(nodes);
        LayoutShelf layouts = new LayoutShelf();
        watching = new Watching(parts, ears);
        models = new Models(parts, roots, threads.background(), watching, baseline, layouts, this::newFolders, isOurs);
        restart = new Restart(parts, models, baseline, handover);
        Keeps keeps = new Keeps(Clocks.HOST, this::isKept);
        Leftovers leftovers = new Leftovers(parts, threads.background(), keeps, models);
        ModelTable table = new ModelTable(models::found, baseline, parts.book(), Clocks.HOST);
        PolicyInputs inputs = new PolicyInputs(parts, memory, table, layouts);
        Prefetching prefetching = new Prefetching(parts, files, placements);
        RoomMaking rooms = new RoomMaking(parts, placements, nodes, threads.evicting());
        Evictions evictions = new Evictions(
                parts, threads.evicting(), threads.writingBack(), keeps, baseline, models::of, models::isObserved);
        Planning planning = new Planning(parts, inputs, prefetching, evictions, rooms);
        sampling = new Sampling(parts, threads.following());
        following = new Following(
                parts,
                places,
                layouts,
                planning,
                rooms,
                baseline,
                threads.following(),
                threads.background(),
                this::loadBegins);
        // the stations form a ring only here: a load's end may begin the next one
        Intake[] ring = new Intake[1];
        LoadEnd end = new LoadEnd(parts, files, baseline, leftovers, active -> {
            sampling.end(active);
            ring[0].ended(active);
        });
        Releasing releasing = new Releasing(parts, inputs, files, baseline, evictions, keeps, end);
        Vacancies vacancies = new Vacancies();
        LastReader lastReader = new LastReader(
                parts,
                threads.background(),
                vacancies,
                active -> {
                    following.lookLast(active);
                    releasing.begin(active);
                },
                (active, shard) -> planning.ask(active, Trigger.CLOSE, shard));
        written = new Written(parts, models, planning);
        Opens opens = new Opens(parts, planning, following, files);
        intake = new Intake(parts, models, planning, opens, table, written, lastReader, files, baseline, vacancies);
        heartbeat = new Heartbeat(
                parts,
                memory,
                keeps,
                () -> models.rules().standing(parts.switches().modes()),
                (active, trigger) -> planning.ask(active, trigger, null),
                (standing, trigger) -> {
                    planning.askIdle(standing.assignment(), standing.mode() == Mode.ENFORCE, trigger);
                    if (trigger == Trigger.TICK) {
                        rooms.reserve(standing);
                    }
                });
        ring[0] = intake;
        ears.hearFor(models, intake);
        suspensions = new Suspensions(parts, leftovers, (active, trigger) -> planning.ask(active, trigger, null));
        parts.switches().listen(switched);
        ruleChange = new RuleChange(parts, releasing::letGo);
        loadsNow = new LoadsAnswer(
                parts.engine(), new Residents(() -> this.roots.roots(), baseline, models::snapshot), parts.book());
        loadsStatus = new LoadsStatus(parts, this::isKept);
        explaining = new Explaining(
                parts,
                models::rules,
                inputs,
                baseline,
                places,
                placements,
                parts.engine()::submit,
                threads.background());
    }

    /** What would become of an open of this file, or of the first model below this folder; null where there is none. */
    CompletableFuture<Map<String, Object>> explain(FileId id, Path path, int pid) {
        CatalogSnapshot snapshot = models.snapshot();
        CatalogEntry entry = Explaining.find(snapshot, id, path);
        return entry == null ? null : explaining.explain(snapshot, entry, pid);
    }

    private boolean isKept(FileId id) {
        CatalogEntry entry = models.of(id);
        return entry != null && parts.switches().keeps().holds(entry.path());
    }

    /** Any thread. */
    private void switched() {
        parts.engine().submit(suspensions::look);
    }

    private void loadBegins(ActiveLoad active) {
        heartbeat.loadBegins();
        sampling.begin(active);
    }

    /** Starts the engine, then marks every folder on the background thread. Done when all are marked. */
    CompletableFuture<Void> start(String name) {
        engineThread =
                Thread.ofPlatform().name("nowake-engine-" + name).daemon().start(parts.engine());
        parts.engine().submit(() -> models.keepWatching(intake::looked));
        parts.engine().submit(heartbeat::start);
        return CompletableFuture.runAsync(
                () -> {
                    models.watchRoots(roots.roots());
                    restart.recall();
                    models.lookAtIdleFiles(lookNanos);
                    models.rescan(this::atStart);
                },
                threads.background());
    }

    /** Its part of another configuration: from now on for loads that begin; those under way follow. Any thread. */
    void rules(Config next) {
        models.rules(next);
        parts.engine().submit(() -> ruleChange.apply(models.rules()));
    }

    /** The roots of that: done when they are marked. Any thread. */
    CompletableFuture<Void> roots(Config next) {
        roots = next;
        return CompletableFuture.runAsync(
                () -> {
                    if (models.follow(next.roots())) {
                        ears.rescanSoon();
                    }
                },
                threads.background());
    }

    /** Its last root is gone: hears nothing more, and lets its loads go. Done when it holds nothing; then it is to be closed. */
    CompletableFuture<Void> end() {
        CompletableFuture<Void> done = new CompletableFuture<>();
        models.retire();
        watching.close();
        parts.engine().submit(() -> {
            ruleChange.endAll("its root is watched no more: what was prefetched for it stays");
            // what was heard and is being identified comes back to the engine first
            threads.background().execute(() -> parts.engine().submit(() -> awaitEmpty(done)));
        });
        return done;
    }

    private void awaitEmpty(CompletableFuture<Void> done) {
        if (parts.book().active().isEmpty()) {
            done.complete(null);
        } else {
            parts.engine().at(System.nanoTime() + END_LOOK_NANOS, () -> awaitEmpty(done));
        }
    }

    /** What is due is done by its engine: a task of the engine's. Any thread. */
    void submit(Runnable task) {
        parts.engine().submit(task);
    }

    /** Loads that were under way before we listened: those of readers that go on, and those an earlier daemon left. */
    private void atStart(List<Sighting> inUse) {
        intake.rescanned(inUse);
        intake.finishLeft(restart.settle());
    }

    List<Path> rootPaths() {
        return roots.roots().stream().map(RootRule::path).toList();
    }

    int models() {
        return models.found().size();
    }

    /** All that are known now. Any thread. */
    List<FoundModel> foundModels() {
        return models.found();
    }

    int folders() {
        return watching.folders();
    }

    /** What metrics tell of its loads. */
    LoadsAnswer loadsNow() {
        return loadsNow;
    }

    /** What {@code status} tells of its loads. */
    LoadsStatus loadsStatus() {
        return loadsStatus;
    }

    /** Folders that came while we listen: opens and closes in them were not heard until now. */
    private void newFolders(List<FileId> files) {
        ears.rescanSoon();
        parts.engine().submit(() -> files.forEach(written::closed));
    }

    /** Stops hearing and doing; {@link #awaitEnd} waits for the thread. */
    @Override
    public void close() {
        parts.switches().unlisten(switched);
        watching.close();
        parts.engine().stop();
        threads.close();
        following.close();
    }

    /** Closes what loads under way have open, save what a thread still uses: the next daemon takes the loads up. */
    void awaitEnd(long millis) throws InterruptedException {
        if (engineThread != null && engineThread.join(Duration.ofMillis(millis)) && threads.awaitEnd(millis)) {
            for (ActiveLoad active : parts.book().active()) {
                if (active.runningJobs().stream().allMatch(PrefetchJob::cancel)) {
                    active.load().shards().forEach(TrackedShard::closeFile);
                }
            }
        }
    }
}
