package dev.nowake.agent.daemon;

import dev.nowake.agent.config.Config;
import dev.nowake.agent.config.ControlSettings;
import dev.nowake.agent.config.InFlightLimits;
import dev.nowake.agent.control.Access;
import dev.nowake.agent.control.ControlServer;
import dev.nowake.agent.decide.Decider;
import dev.nowake.agent.decide.PolicyRegistry;
import dev.nowake.agent.execute.Evictor;
import dev.nowake.agent.execute.HostMappings;
import dev.nowake.agent.execute.Prefetcher;
import dev.nowake.agent.govern.CgroupRoom;
import dev.nowake.agent.govern.Governor;
import dev.nowake.agent.govern.MemoryLook;
import dev.nowake.agent.identify.FoundModel;
import dev.nowake.agent.listen.FileClaims;
import dev.nowake.agent.load.LoadBook;
import dev.nowake.agent.observe.Counter;
import dev.nowake.agent.observe.Counters;
import dev.nowake.agent.observe.Journal;
import dev.nowake.agent.observe.LineKind;
import dev.nowake.kernel.Kernel;
import dev.nowake.kernel.KernelException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The daemon: makes the stations of an event's way and joins them.
 *
 * <pre>
 * per lane, that is for all local filesystems and for each remote one:
 * listen (a thread per filesystem) -> engine (one thread): identify -> load -> decide
 *        -> govern -> execute (threads per mount, a thread per release) -> engine: observe
 * </pre>
 *
 * What may wait (folder walks, /proc scans, headers) runs on one background thread and comes back to the engine as a task.
 */
public final class Daemon implements AutoCloseable {
    /** The most chunks in flight on one mount; which of them are used depends on the mount. */
    private static final int MAX_STREAMS = 128;

    /** A lane that has not answered by then waits for a server; its last answer stands. */
    private static final long ANSWER_NANOS = 1_000_000_000L;

    /** As long as a slow network filesystem needs to list some thousand folders. */
    private static final long HANGING_START_SECONDS = 5;

    private final Config config;
    private final Counters counters = new Counters();
    private final StateFolder state;
    private final Journal journal;
    private final Switches switches;
    private final Parts parts;
    private final PolicyRegistry policies;
    private final Map<Long, Lane> lanes = new LinkedHashMap<>();
    private final ControlServer control;
    private final String controlProblem;
    private final long startedNanos = System.nanoTime();

    /** With the policies nowake brings along. */
    public Daemon(Kernel kernel, Config config, Path stateFolder, Path socket) throws IOException {
        this(kernel, config, new PolicyRegistry(), stateFolder, socket);
    }

    /**
     * Opens everything and sets nothing yet.
     *
     * @param policies every policy the configuration names; closed with the daemon
     * @throws KernelException EPERM where fanotify is not allowed
     * @throws IOException with one line that says what to do: the state folder or the socket is in use
     */
    public Daemon(Kernel kernel, Config config, PolicyRegistry policies, Path stateFolder, Path socket)
            throws IOException {
        this.config = config;
        this.policies = policies;
        state = new StateFolder(stateFolder);
        journal = new Journal(state.journal(), counters);
        KeepList keeps = new KeepList(state.keeps());
        switches = new Switches(socket.toAbsolutePath().resolveSibling("disable"), keeps, journal);
        Path host = Path.of("/");
        Mounts mounts = new Mounts(host);
        InFlightLimits inFlight = config.inFlight();
        Prefetcher prefetcher =
                new Prefetcher(kernel, MAX_STREAMS, inFlight.mountMaxBytes(), new Fences(mounts, counters, journal));
        parts = new Parts(
                kernel,
                host,
                new Engine(this::broken),
                counters,
                journal,
                new FileClaims(),
                new LoadBook(),
                mounts,
                new Decider(policies, counters, journal),
                new Governor(inFlight.maxBytes(), new MemoryLook(host, new CgroupRoom(host))),
                prefetcher,
                new Evictor(kernel, new HostMappings(), switches::acts),
                new Compactions(kernel, host, counters, journal),
                switches);
        for (Map.Entry<Long, Config> lane : Lanes.split(config, host).entrySet()) {
            Parts own = parts.withEngine(new Engine(this::broken), new LoadBook());
            lanes.put(lane.getKey(), new Lane(own, lane.getValue(), Long.toString(lane.getKey())));
        }
        ControlSettings rights = config.service().control();
        Access access = new Access(rights.group(), rights.admins(), host);
        warn(access.problem());
        warn(keeps.problem());
        controlProblem = access.problem();
        control = new ControlServer(socket, access, answers());
    }

    private void warn(String problem) {
        if (problem != null) {
            journal.line(LineKind.WARNING).put("reason", problem).log();
        }
    }

    private Answers answers() {
        SwitchAnswers switching = new SwitchAnswers(switches, () -> config, this::models, journal);
        return switching
                .addTo(new Answers())
                .add("status", request -> status())
                .add("explain", request -> ExplainAnswer.of(lanes.values(), request))
                .add("policies", request -> Map.of("policies", policies.status()))
                .change("policy-enable", (request, by) -> {
                    String name = Answers.text(request, "name");
                    policies.enable(name);
                    return Map.of("enabled", name);
                });
    }

    /** Starts the lanes. Returns when every folder is marked, or after 5 s without those on servers that do not answer. */
    public void start() {
        Map<Lane, CompletableFuture<Void>> marking = new LinkedHashMap<>();
        lanes.forEach((device, lane) -> marking.put(lane, lane.start(Long.toString(device))));
        // with local roots alone there is no server to hang: they are waited for, however large
        long patience = lanes.keySet().equals(Set.of(Lanes.LOCAL)) ? Long.MAX_VALUE : HANGING_START_SECONDS;
        try {
            CompletableFuture.allOf(marking.values().toArray(CompletableFuture[]::new))
                    .get(patience, TimeUnit.SECONDS);
        } catch (TimeoutException hanging) {
            marking.forEach((lane, marked) -> {
                if (!marked.isDone()) {
                    lane.rootPaths().forEach(this::notAnswering);
                }
            });
        } catch (ExecutionException failed) {
            broken(failed.getCause());
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
        policies.watch();
        switches.start();
        journal.line(LineKind.START)
                .put("mode", switches.modes().overall(config).label())
                .put("binding", parts.kernel().binding())
                .put("folders", lanes.values().stream().mapToInt(Lane::folders).sum())
                .log();
    }

    private void notAnswering(Path root) {
        counters.increment(Counter.ERRORS);
        journal.line(LineKind.ERROR)
                .path(root)
                .put("reason", "root does not answer; it is watched as soon as it does, the other roots are now")
                .log();
    }

    private List<FoundModel> models() {
        List<FoundModel> models = new ArrayList<>();
        lanes.values().forEach(lane -> models.addAll(lane.models()));
        return models;
    }

    private Map<String, Object> status() {
        Map<Lane, CompletableFuture<List<Object>>> asked = new LinkedHashMap<>();
        lanes.values().forEach(lane -> asked.put(lane, lane.askLoads()));
        long deadline = System.nanoTime() + ANSWER_NANOS;
        List<Object> loads = new ArrayList<>();
        asked.forEach((lane, answer) -> loads.addAll(lane.loads(answer, deadline)));
        return StatusDocument.of(config, parts, startedNanos, loads, controlProblem);
    }

    private void broken(Throwable thrown) {
        counters.increment(Counter.ERRORS);
        StackTraceElement[] trace = thrown.getStackTrace();
        journal.line(LineKind.ERROR)
                .put("reason", thrown.toString())
                .put("at", trace.length == 0 ? null : trace[0].toString())
                .log();
    }

    /** Ends everything within a second: what is in flight is waited for, what has not begun is dropped. */
    @Override
    public void close() {
        control.close();
        switches.close();
        lanes.values().forEach(Lane::close);
        parts.prefetcher().close();
        policies.close();
        try {
            for (Lane lane : lanes.values()) {
                lane.awaitEnd(200);
            }
            journal.line(LineKind.STOP).put("reason", "asked to stop").log();
            journal.close();
            state.close();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        } catch (IOException gone) {
            return; // the lock goes with the process
        }
    }
}
