package dev.nowake.agent.cli;

import dev.nowake.agent.config.Config;
import dev.nowake.agent.daemon.Daemon;
import dev.nowake.agent.decide.PolicyRegistry;
import dev.nowake.agent.observe.Console;
import dev.nowake.kernel.Kernel;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/** The daemon's life as a process: ready, wait for SIGTERM or SIGINT, end within a second. */
final class DaemonRun {
    private final Kernel kernel;
    private final PrintStream out;
    private final PrintStream err;

    DaemonRun(Kernel kernel, PrintStream out, PrintStream err) {
        this.kernel = kernel;
        this.out = out;
        this.err = err;
    }

    /**
     * {@code metricsAsked}: on the command line, so that not to show them is an error; what the configuration says is a wish.
     * Returns only when it could not start; else the process ends with exit code 0 from its shutdown hook.
     */
    void run(Config config, PolicyRegistry policies, Path stateFolder, Path socket, boolean metricsAsked)
            throws IOException, InterruptedException {
        Daemon daemon = new Daemon(kernel, config, policies, stateFolder, socket);
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
                            notifyManager("STOPPING=1");
                            daemon.close();
                            Runtime.getRuntime()
                                    .halt(0); // a signal would end as 143, which service managers call a failure
                        },
                        "nowake-stop"));
        daemon.start();
        out.println("ready");
        out.flush();
        notifyManager("READY=1\nSTATUS=" + config.overallMode().label() + ", "
                + config.roots().size() + " roots");
        forever.await();
    }

    private void notifyManager(String message) {
        String socket = System.getenv("NOTIFY_SOCKET");
        if (socket == null || socket.isEmpty()) {
            return;
        }
        try {
            kernel.serviceManager().notify(socket, message);
        } catch (IOException unheard) {
            System.err.println("nowake: the service manager was not told (" + unheard.getMessage() + ")");
        }
    }
}
