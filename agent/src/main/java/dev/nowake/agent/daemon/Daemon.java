package dev.nowake.agent.daemon;

import dev.nowake.agent.config.Config;
import dev.nowake.agent.control.ControlError;
import dev.nowake.agent.control.ControlServer;
import dev.nowake.agent.decide.Decider;
import dev.nowake.agent.execute.Evictor;
import dev.nowake.agent.execute.HostMappings;
import dev.nowake.agent.execute.Prefetcher;
import dev.nowake.agent.govern.Governor;
import dev.nowake.agent.govern.MemoryRoom;
import dev.nowake.agent.listen.FileClaims;
import dev.nowake.agent.listen.Sighting;
import dev.nowake.agent.listen.SightingSink;
import dev.nowake.agent.load.LoadBook;
import dev.nowake.agent.observe.Counter;
import dev.nowake.agent.observe.Counters;
import dev.nowake.agent.observe.Journal;
import dev.nowake.kernel.Kernel;
import dev.nowake.kernel.KernelException;
import dev.nowake.model.FileId;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The daemon: makes the stations of an event's way and joins them.
 *
 * <pre>
 * listen (a thread per filesystem) -> engine (one thread): identify -> load -> decide
 *        -> govern -> execute (threads per mount, a thread per release) -> engine: observe
 * </pre>
 *
 * What may wait (folder walks, /proc scans, headers) runs on one background thread and comes back to the engine as a task.
 */
public final class Daemon implements AutoCloseable {
    /**
     * Bytes asked of storage and not yet landed, over all mounts: 128 chunks of 2 MiB keep 16 fast disks busy, and are a
     * tenth of a second of the fastest.
     */
    private static final long IN_FLIGHT_BYTES = 256L << 20;

    /** The most chunks in flight on one mount; which of them are used depends on the mount. */
    private static final int MAX_STREAMS = 128;

    private static final long ANSWER_MILLIS = 1500;

    private final Config config;
    private final Counters counters = new Counters();
    private final StateFolder state;
    private final Journal journal;
    private final Engine engine;
    private final ExecutorService background = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("nowake-background").daemon().factory());
    private final Parts parts;
    private final Models models;
    private final Intake intake;
    private final Watching watching;
    private final ControlServer control;
    private final long startedNanos = System.nanoTime();
    private Thread engineThread;

    /**
     * Opens everything and sets nothing yet.
     *
     * @throws KernelException EPERM where fanotify is not allowed
     * @throws IOException with one line that says what to do: the state folder or the socket is in use
     */
    public Daemon(Kernel kernel, Config config, Path stateFolder, Path socket) throws IOException {
        this.config = config;
        state = new StateFolder(stateFolder);
        journal = new Journal(state.journal(), counters);
        engine = new Engine(this::broken);
        Path host = Path.of("/");
        Prefetcher prefetcher = new Prefetcher(kernel, MAX_STREAMS);
        parts = new Parts(
                kernel,
                host,
                engine,
                counters,
                journal,
                new FileClaims(),
                new LoadBook(),
                new Mounts(host),
                new Decider(counters, journal),
                new Governor(IN_FLIGHT_BYTES, new MemoryRoom(host)),
                prefetcher,
                new Evictor(kernel, new HostMappings()));
        Baseline baseline = new Baseline(kernel);
        ShardFiles files = new ShardFiles(parts, baseline);
        Prefetching prefetching = new Prefetching(parts, files, new Frontiers(host), new HostMemory(host));
        Leftovers leftovers = new Leftovers(parts, background);
        watching = new Watching(parts, new Ears());
        models = new Models(parts, config, background, watching, baseline);
        // the stations form a ring only here: a load's end may begin the next one
        Intake[] ring = new Intake[1];
        Releasing releasing =
                new Releasing(parts, prefetching, files, baseline, leftovers, active -> ring[0].ended(active));
        LastReader lastReader = new LastReader(parts, background, releasing::begin);
        intake = new Intake(parts, models, prefetching, lastReader, files, baseline);
        ring[0] = intake;
        control = new ControlServer(socket, this::answer);
    }

    /** Marks every folder and starts the engine. Returns when the daemon hears. */
    public void start() {
        models.watchRoots();
        engineThread = Thread.ofPlatform().name("nowake-engine").start(engine);
        engine.submit(models::keepWatching);
        journal.line("start")
                .put("mode", config.overallMode().label())
                .put("binding", parts.kernel().binding())
                .put("folders", watching.folders())
                .log();
    }

    private Map<String, Object> answer(Map<String, Object> request) {
        if (!"status".equals(request.get("verb"))) {
            return ControlError.of("usage", "unknown verb " + request.get("verb") + ": this daemon answers 'status'");
        }
        CompletableFuture<Map<String, Object>> answer = new CompletableFuture<>();
        engine.submit(() -> answer.complete(StatusDocument.of(config, parts, startedNanos)));
        try {
            return answer.get(ANSWER_MILLIS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException busy) {
            return ControlError.of("failed", "the daemon is too busy to answer; try again");
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            return ControlError.of("failed", "the daemon is stopping");
        }
    }

    private void broken(Throwable thrown) {
        counters.increment(Counter.ERRORS);
        StackTraceElement[] trace = thrown.getStackTrace();
        journal.line("error")
                .put("reason", thrown.toString())
                .put("at", trace.length == 0 ? null : trace[0].toString())
                .log();
    }

    /** Where listeners put what they hear; everything goes to the engine. */
    private final class Ears implements SightingSink {
        @Override
        public boolean wants(FileId id, long mask) {
            return models.wants(id, mask);
        }

        @Override
        public void seen(Sighting sighting) {
            engine.submit(() -> intake.seen(sighting));
        }

        @Override
        public void overflowed() {
            journal.line("overflow")
                    .put("reason", "events were lost: looking at everything again")
                    .log();
            engine.submit(() -> models.rescan(intake::rescanned));
        }

        @Override
        public void folderChanged(Path folder) {
            engine.submit(() -> models.folderChanged(folder));
        }

        @Override
        public void folderGone(Path folder) {
            models.folderGone(folder);
        }

        @Override
        public void failed(String what, Throwable cause) {
            counters.increment(Counter.ERRORS);
            journal.line("error")
                    .put("reason", what + ": " + cause.getMessage())
                    .log();
        }
    }

    /** Ends everything within a second: what is in flight is waited for, what has not begun is dropped. */
    @Override
    public void close() {
        control.close();
        watching.close();
        engine.stop();
        background.shutdownNow();
        parts.prefetcher().close();
        try {
            if (engineThread != null) {
                engineThread.join(200);
            }
            journal.line("stop").put("reason", "asked to stop").log();
            journal.close();
            state.close();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        } catch (IOException gone) {
            return; // the lock goes with the process
        }
    }
}
