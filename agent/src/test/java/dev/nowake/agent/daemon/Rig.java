package dev.nowake.agent.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.nowake.agent.config.Config;
import dev.nowake.agent.config.Mode;
import dev.nowake.agent.config.RootRule;
import dev.nowake.agent.control.ControlClient;
import dev.nowake.agent.decide.PolicyRegistry;
import dev.nowake.kernel.Extent;
import dev.nowake.kernel.Kernel;
import dev.nowake.kernel.OpenFile;
import dev.nowake.kernel.linux.Binding;
import dev.nowake.kernel.linux.LinuxKernel;
import dev.nowake.samples.ModelMaker;
import dev.nowake.samples.ModelSpec;
import dev.nowake.samples.ModelSpec.Content;
import dev.nowake.samples.Preset;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A daemon in this process, a root of its own on disk, and the eyes of a test: status, journal, residency. What this
 * process opens is no event: the daemon does not hear its own pid.
 */
final class Rig implements AutoCloseable {
    static final long MIB = 1L << 20;

    /**
     * What is promised to happen within a second has this long on a machine that others use as well; an emulated one needs
     * more: {@code -Dnowake.test.patience=3} makes it 30 s.
     */
    static final Duration SOON = Duration.ofSeconds(10L * Integer.getInteger("nowake.test.patience", 1));

    final Kernel kernel;
    final Path folder;
    final Path root;
    final Path state;
    final Path socket;
    private Daemon daemon;

    private Rig(Kernel kernel, Path folder) throws IOException {
        this.kernel = kernel;
        this.folder = folder;
        this.root = Files.createDirectory(folder.resolve("models"));
        this.state = folder.resolve("state");
        this.socket = folder.resolve("sock");
    }

    /** A folder without a daemon yet. */
    static Rig make() throws IOException {
        Assumptions.assumeTrue("root".equals(System.getProperty("user.name")), "fanotify needs root");
        Path target = Files.createDirectories(Path.of("target", "daemon-tests"));
        Path folder = Files.createTempDirectory(target, "rig").toRealPath();
        return new Rig(LinuxKernel.open(Binding.AUTO), folder);
    }

    /** Shards on disk, none of their pages resident. */
    List<Path> model(String name, long totalBytes, int shards) throws IOException {
        return model(spec(name, totalBytes, shards), root.resolve(name));
    }

    List<Path> model(ModelSpec spec, Path where) throws IOException {
        List<Path> shards = ModelMaker.write(spec, where);
        shards.forEach(this::makeCold);
        return shards;
    }

    void makeCold(Path path) {
        try (OpenFile file = kernel.files().open(path)) {
            kernel.pageCache().evict(file, 0, Long.MAX_VALUE);
        } catch (IOException gone) {
            throw new AssertionError(gone);
        }
        assertThat(resident(path)).as("a cold start").isZero();
    }

    static ModelSpec spec(String name, long totalBytes, int shards) {
        return ModelSpec.of(Preset.LLAMA, totalBytes)
                .withName(name)
                .withShards(shards)
                .withContent(Content.COLD)
                .withSync(true);
    }

    Rig start(Mode mode) throws IOException {
        return start(mode, root);
    }

    Rig start(Mode mode, Path... roots) throws IOException {
        return start(kernel, config(mode, roots));
    }

    Rig start(Kernel with, Config config) throws IOException {
        daemon = new Daemon(with, config, state, socket);
        daemon.start();
        return this;
    }

    /** Started, and told to a service manager. */
    Rig start(Config config, ServiceNotices notices) throws IOException {
        daemon = new Daemon(kernel, config, state, socket);
        daemon.tell(notices);
        daemon.start();
        daemon.ready();
        return this;
    }

    /** With policies of the test's own; they are closed with the daemon. */
    Rig start(Kernel with, Config config, PolicyRegistry policies) throws IOException {
        daemon = new Daemon(with, config, policies, state, socket);
        daemon.start();
        return this;
    }

    static Config config(Mode mode, Path... roots) {
        List<RootRule> rules = new ArrayList<>();
        for (Path each : roots) {
            rules.add(new RootRule(each, mode, "load-and-release", Map.of()));
        }
        return new Config(mode, rules);
    }

    /** What it shows at its endpoint, as text. */
    String metrics() throws IOException {
        InetSocketAddress address = daemon.metricsAddress();
        try (InputStream answer = URI.create("http://127.0.0.1:" + address.getPort() + "/metrics")
                .toURL()
                .openStream()) {
            return new String(answer.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** Has the daemon follow another configuration, and returns what the verb {@code reload} answers once it does. */
    JsonNode reload(Config next) {
        return reload(policies -> next);
    }

    JsonNode reload(ConfigSource source) {
        daemon.reloadsFrom(source);
        try {
            ControlClient client = new ControlClient(socket);
            JsonNode answer = client.ask(Map.of("verb", "reload"));
            while (!answer.path("done").asBoolean(true)) {
                answer = client.ask(
                        Map.of("verb", "reload", "number", answer.path("number").asLong()));
            }
            return answer;
        } catch (IOException silent) {
            throw new AssertionError(silent);
        }
    }

    void stop() {
        if (daemon != null) {
            daemon.close();
            daemon = null;
        }
    }

    JsonNode status() {
        try {
            return new ControlClient(socket).ask(Map.of("verb", "status"));
        } catch (IOException silent) {
            throw new AssertionError(silent);
        }
    }

    long counter(String label) {
        JsonNode value = status().path("counters").path(label);
        assertThat(value.isNumber()).as("counter " + label).isTrue();
        return value.asLong();
    }

    /** The newest load of the status. */
    JsonNode load() {
        JsonNode loads = status().path("loads");
        return loads.path(loads.size() - 1);
    }

    List<JsonNode> journal(String kind) {
        try (Stream<String> lines = Files.lines(state.resolve("journal.jsonl"))) {
            return lines.filter(line -> line.endsWith("}"))
                    .map(JsonMapper.shared()::readTree)
                    .filter(line -> kind.equals(line.path("kind").asString()))
                    .toList();
        } catch (IOException unreadable) {
            throw new AssertionError(unreadable);
        }
    }

    long resident(Path path) {
        try (OpenFile file = kernel.files().open(path)) {
            return kernel.pageCache().residency(file, 0, Long.MAX_VALUE).residentBytes();
        } catch (IOException gone) {
            throw new AssertionError(gone);
        }
    }

    long resident(List<Path> paths) {
        return paths.stream().mapToLong(this::resident).sum();
    }

    List<Extent> residentExtents(Path path) {
        try (OpenFile file = kernel.files().open(path)) {
            return kernel.pageCache()
                    .residentExtents(file, 0, kernel.files().status(file).sizeBytes());
        } catch (IOException gone) {
            throw new AssertionError(gone);
        }
    }

    /** Brings a range into page cache, in this process: no event. */
    void bringIn(Path path, long offsetBytes, long lengthBytes) throws IOException {
        try (OpenFile file = kernel.files().open(path)) {
            kernel.pageCache().populate(file, offsetBytes, lengthBytes);
        }
    }

    /** All but what a host that reclaims idle pages may take at any time: seen were a few pages at a file's end. */
    static long most(long bytes) {
        return bytes - bytes * 3 / 100;
    }

    void awaitResident(Path path) throws IOException {
        long size = Files.size(path);
        await("resident: " + path.getFileName())
                .atMost(SOON)
                .pollInterval(Duration.ofMillis(20))
                .untilAsserted(() -> assertThat(resident(path)).isGreaterThanOrEqualTo(most(size)));
    }

    void awaitReleased(List<Path> paths) {
        await("released")
                .atMost(SOON)
                .pollInterval(Duration.ofMillis(20))
                .untilAsserted(() -> assertThat(resident(paths)).isZero());
    }

    /** At least so many loads have ended: on a busy host a reader that pauses can make two of one. */
    void awaitLoadsDone(long loads) {
        await("loads done")
                .atMost(SOON)
                .pollInterval(Duration.ofMillis(20))
                .untilAsserted(() -> assertThat(counter("loadsDone")).isGreaterThanOrEqualTo(loads));
    }

    /** Every load has ended, and no event begins another for a while. */
    void awaitQuiet() {
        keeps(250, () -> assertThat(counter("loadsDone")).isEqualTo(counter("loads")));
    }

    void awaitCounter(String label, long atLeast) {
        await(label)
                .atMost(SOON)
                .pollInterval(Duration.ofMillis(20))
                .untilAsserted(() -> assertThat(counter(label)).isGreaterThanOrEqualTo(atLeast));
    }

    /** Holds for {@code millis}: for what must not happen. */
    void keeps(long millis, Runnable assertion) {
        await("stays so")
                .during(Duration.ofMillis(millis))
                .atMost(Duration.ofMillis(millis + 10_000))
                .pollInterval(Duration.ofMillis(50))
                .untilAsserted(assertion::run);
    }

    @Override
    public void close() throws IOException {
        stop();
        delete(folder);
    }

    static void delete(Path folder) throws IOException {
        try (Stream<Path> tree = Files.walk(folder)) {
            for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }
}
