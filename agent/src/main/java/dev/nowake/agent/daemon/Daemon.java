package dev.nowake.agent.daemon;

import dev.nowake.agent.config.Config;
import dev.nowake.agent.config.InFlightLimits;
import dev.nowake.agent.decide.Decider;
import dev.nowake.agent.decide.PolicyRegistry;
import dev.nowake.agent.execute.Evictor;
import dev.nowake.agent.execute.HostMappings;
import dev.nowake.agent.execute.Prefetcher;
import dev.nowake.agent.govern.CgroupRoom;
import dev.nowake.agent.govern.Governor;
import dev.nowake.agent.govern.MemoryLook;
import dev.nowake.agent.listen.FileClaims;
import dev.nowake.agent.load.LoadBook;
import dev.nowake.agent.metrics.Metrics;
import dev.nowake.agent.observe.Console;
import dev.nowake.agent.observe.Counter;
import dev.nowake.agent.observe.Counters;
import dev.nowake.agent.observe.Journal;
import dev.nowake.agent.observe.LineKind;
import dev.nowake.kernel.Kernel;
import dev.nowake.kernel.KernelException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

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

    private final Counters counters = new Counters();
    private final StateFolder state;
    private final Journal journal;
    private final Handover handover;
    private final Switches switches;
    private final Parts parts;
    private final PolicyRegistry policies;
    private final LaneSet lanes;
    private final Reloading reloading;
    private final MirrorDisks disks;
    private final AtomicBoolean moving = new AtomicBoolean();
    private final ControlEndpoint control;
    private final Metrics metrics;
    private final Mirrors mirrors;
    private ServiceNotices notices;
    private volatile boolean ready;

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
        this.policies = policies;
        notices = ServiceNotices.NONE;
        state = new StateFolder(stateFolder);
        journal = new Journal(state.journal(), counters, config.service().journal());
        KeepList keeps = new KeepList(state.keeps(), Clocks.HOST);
        switches = new Switches(socket.toAbsolutePath().resolveSibling("disable"), keeps, journal, Clocks.HOST);
        Path runFolder = socket.toAbsolutePath().getParent();
        Path host = Path.of("/");
        handover = new Handover(state.handover(), host, counters);
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
        disks = new MirrorDisks(kernel, host, parts.decider(), switches, counters, journal);
        mirrors = new Mirrors(
                new Mirrors.Host(kernel, runFolder, new OwnPlaces(List.of(runFolder, stateFolder))),
                disks,
                counters,
                journal);
        reloading = new Reloading(parts, config, mirrors::isServed, this::follow);
        lanes = new LaneSet(parts, config, handover, this::broken, this::moved);
        if (keeps.problem() != null) {
            warn(keeps.problem());
        }
        control = new ControlEndpoint(socket, parts, policies, lanes, reloading, mirrors, disks, this::warn);
        metrics = new Metrics(
                new SelfView(
                        parts,
                        reloading::config,
                        () -> List.copyOf(lanes.all()),
                        mirrors,
                        () -> ready,
                        switches::isPaused,
                        switches::isDisabled),
                this::notShown);
    }

    /**
     * Shows metrics as configured, before {@link #start}, which does so too but only tells of what it cannot.
     *
     * @throws IOException with one line: the endpoint cannot be had
     */
    public void requireMetrics() throws IOException {
        metrics.require(reloading.config().service().metrics());
    }

    /** Null while metrics have no endpoint. */
    public InetSocketAddress metricsAddress() {
        return metrics.address();
    }

    private void notShown(String why) {
        counters.increment(Counter.ERRORS);
        warn(why);
    }

    private void warn(String problem) {
        journal.line(LineKind.WARNING).put("reason", problem).log();
    }

    /** Where a reload reads; without it the configuration it began with is followed anew. Before the start. */
    public void reloadsFrom(ConfigSource source) {
        reloading.from(source);
    }

    /** Reads the configuration again, in the background; {@code status}, journal and counters tell how it went. Any thread. */
    public void reload() {
        reloading.begin();
    }

    /** What is noteworthy is told there from now on; closed with the daemon. */
    public void tell(Console people) {
        journal.tell(people);
    }

    /** Whom to tell of the daemon's states. Before the start. */
    public void tell(ServiceNotices whom) {
        notices = whom;
        reloading.tell(new Reloading.Listener() {
            @Override
            public void begins() {
                whom.reloading();
            }

            @Override
            public void ends() {
                whom.ready(line());
            }
        });
    }

    /** The daemon is started and hears: tells so, and that it lives, until it is closed. */
    public void ready() {
        notices.ready(line());
        notices.start(this::line, this::provesLife);
    }

    /**
     * The lane of the local filesystems must do something now and then. One that waits for a server that hangs proves
     * nothing: killing the daemon would bring nobody's server back, and take the others' prefetch away.
     */
    private void provesLife(Runnable alive) {
        Lane local = lanes.local();
        if (local == null) {
            alive.run();
        } else {
            local.submit(alive);
        }
    }

    /** What it does, for people: one line. */
    private String line() {
        return ServiceLine.of(reloading, switches, mirrors, lanes.models(), counters);
    }

    /** Starts the lanes. Returns when every folder is marked, or after 5 s without those on servers that do not answer. */
    public void start() {
        mirrors.follow(reloading.config().mirrors()); // before roots that lie in them are marked
        lanes.start();
        policies.watch();
        ready = true;
        metrics.apply(reloading.config().service().metrics());
        switches.start();
        journal.line(LineKind.START)
                .put("mode", switches.modes().overall(reloading.config()).label())
                .put("binding", parts.kernel().binding())
                .put("folders", lanes.folders())
                .log();
    }

    private void follow(Config next) throws KernelException {
        try {
            mirrors.follow(next.mirrors());
            listen(next);
            journal.apply(next.service().journal());
            metrics.apply(next.service().metrics());
            switches.reloaded(next);
            if (!next.service().control().equals(reloading.config().service().control())) {
                control.admit(next.service().control());
            }
        } finally {
            moving.set(false); // the next look tells again
        }
    }

    /** Where the kernel refuses, everything stays as it was. */
    private void listen(Config next) throws KernelException {
        try {
            lanes.follow(next);
        } catch (KernelException | RuntimeException refused) {
            mirrors.follow(reloading.config().mirrors());
            throw refused;
        }
    }

    /** A root is on another lane's storage by now. */
    private void moved() {
        if (moving.compareAndSet(false, true)) {
            reloading.again();
        }
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
        ready = false;
        notices.stopping();
        notices.close();
        control.close();
        switches.close();
        reloading.close();
        metrics.close();
        lanes.close();
        mirrors.close();
        parts.prefetcher().close();
        policies.close();
        try {
            lanes.awaitEnd(200);
            handover.close();
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
