package dev.nowake.agent.cli;

import dev.nowake.agent.config.Config;
import dev.nowake.agent.daemon.ConfigSource;
import dev.nowake.agent.daemon.Daemon;
import dev.nowake.agent.daemon.ServiceNotices;
import dev.nowake.agent.decide.PolicyRegistry;
import dev.nowake.agent.observe.Console;
import dev.nowake.kernel.Kernel;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/** The daemon's life as a process: ready, reload at SIGHUP, wait for SIGTERM or SIGINT, end within a second. */
final class DaemonRun {
    private final Kernel kernel;
    private final PrintStream out;
    private final PrintStream err;
    private final ConfigSource source;

    /** {@code source}: where a reload reads the configuration. */
    DaemonRun(Kernel kernel, PrintStream out, PrintStream err, ConfigSource source) {
        this.kernel = kernel;
        this.out = out;
        this.err = err;
        this.source = source;
    }

    /**
     * {@code metricsAsked}: on the command line, so that not to show them is an error; what the configuration says is a wish.
     * Returns only when it could not start; else the process ends with exit code 0 from its shutdown hook.
     */
    void run(Config config, PolicyRegistry policies, Path stateFolder, Path socket, boolean metricsAsked)
            throws IOException, InterruptedException {
        Daemon daemon = new Daemon(kernel, config, policies, stateFolder, socket);
        daemon.reloadsFrom(source);
        daemon.tell(ServiceNotices.of(
                kernel.serviceManager(),
                System.getenv(),
                ProcessHandle.current().pid(),
                why -> err.println("nowake: the service manager was not told (" + why + ")")));
        boolean collected = Console.isServiceJournal(System.getenv("JOURNAL_STREAM"), Path.of("/proc/self/fd/2"));
        daemon.tell(new Console(err, collected));
        if (metricsAsked) {
            try {
                daemon.requireMetrics();
            } catch (IOException inUse) {
                daemon.close();
                throw inUse;
            }
        }
        CountDownLatch forever = new CountDownLatch(1);
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            daemon.close();
                            Runtime.getRuntime()
                                    .halt(0); // a signal would end as 143, which service managers call a failure
                        },
                        "nowake-stop"));
        if (!Hangup.take(daemon::reload)) {
            err.println("nowake: this Java hands out no signals: 'nowake reload' reloads, SIGHUP ends the daemon");
        }
        daemon.start();
        out.println("ready");
        out.flush();
        daemon.ready();
        forever.await();
    }
}
