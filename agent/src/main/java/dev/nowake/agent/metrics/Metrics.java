package dev.nowake.agent.metrics;

import dev.nowake.agent.config.ListenAddress;
import dev.nowake.agent.config.MetricsSettings;
import dev.nowake.agent.mirror.serve.MirrorFigures;
import dev.nowake.agent.mirror.serve.MirrorStanding;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * Shows the daemon's metrics where the configuration says, and may be told something else at any time. Costs nothing while
 * it says nowhere. Any thread.
 */
public final class Metrics implements AutoCloseable {
    private final Observed daemon;
    private final Consumer<String> problems;
    private MetricsSettings shown = MetricsSettings.NONE;
    private MetricsServer server;
    private Textfile textfile;

    /** {@code problems}: told in one line what is not shown, and why. */
    public Metrics(Observed daemon, Consumer<String> problems) {
        this.daemon = daemon;
        this.problems = problems;
    }

    /**
     * From now on metrics are shown there, and nowhere else. What cannot be is told to {@code problems}, and tried again when
     * this is called again; the rest goes on.
     */
    public synchronized void apply(MetricsSettings settings) {
        try {
            require(settings);
        } catch (IOException notShown) {
            problems.accept(notShown.getMessage());
        }
    }

    /** The same, but for the endpoint: throws with one line where it cannot be had. The text file is begun all the same. */
    public synchronized void require(MetricsSettings settings) throws IOException {
        boolean labelled = settings.modelLabel() == shown.modelLabel();
        if (server != null
                && !(labelled && settings.listen() != null && settings.listen().equals(shown.listen()))) {
            server.close();
            server = null;
        }
        if (textfile != null
                && !(labelled
                        && settings.textfile() != null
                        && settings.textfile().equals(shown.textfile()))) {
            textfile.close();
            textfile = null;
        }
        shown = settings;
        if (textfile == null && settings.textfile() != null) {
            textfile = write(settings.textfile(), settings.modelLabel());
        }
        if (server == null && settings.listen() != null) {
            server = listen(settings.listen(), settings.modelLabel());
        }
    }

    private Textfile write(Path file, boolean modelLabel) {
        return new Textfile(file, new Exposition(daemon, modelLabel, false)::text, this::happened, problems);
    }

    /** What a text file is worth writing for: not that a policy was asked whether there is something to do. */
    private long happened() {
        int state = (daemon.isReady() ? 1 : 0) + (daemon.isPaused() ? 2 : 0) + (daemon.isDisabled() ? 4 : 0);
        long mirrored = 0;
        for (MirrorStanding mirror : daemon.mirrors()) {
            MirrorFigures figures = mirror.figures();
            mirrored += figures == null
                    ? 0
                    : 1
                            + figures.filling().fetchedBytes()
                            + figures.gate().held()
                            + figures.gate().refused()
                            + (figures.stored().state().isReachable() ? 1L << 62 : 0);
        }
        return daemon.counters().sum() * 8 + state + 31 * mirrored;
    }

    private MetricsServer listen(String address, boolean modelLabel) throws IOException {
        try {
            return new MetricsServer(ListenAddress.parse(address), new Exposition(daemon, modelLabel, true));
        } catch (IllegalArgumentException wrong) {
            throw new IOException(wrong.getMessage(), wrong);
        }
    }

    /** Null while there is no endpoint. */
    public synchronized InetSocketAddress address() {
        return server == null ? null : server.socket();
    }

    /** The text file is written a last time. */
    @Override
    public synchronized void close() {
        if (server != null) {
            server.close();
            server = null;
        }
        if (textfile != null) {
            textfile.close();
            textfile = null;
        }
        shown = MetricsSettings.NONE;
    }
}
