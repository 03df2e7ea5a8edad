package dev.nowake.agent.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.agent.config.Mode;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A daemon of a rig as a process of its own, to be killed, stopped and starved. */
final class DaemonProcess implements AutoCloseable {
    private final Process process;

    private DaemonProcess(Process process) {
        this.process = process;
    }

    /** Comes back before it is ready. {@code before}: words in front of its command line. */
    static DaemonProcess launch(Rig rig, Path root, Map<String, String> environment, String... before)
            throws IOException {
        List<String> words = new ArrayList<>(List.of(before));
        words.addAll(Reader.java(
                DaemonMain.class.getName(),
                Mode.ENFORCE.name(),
                root.toString(),
                rig.state.toString(),
                rig.socket.toString()));
        ProcessBuilder builder = new ProcessBuilder(words).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().putAll(environment);
        return new DaemonProcess(builder.start());
    }

    /** The daemon of the command line: {@code nowake run} with this configuration. Comes back before it is ready. */
    static DaemonProcess run(Path config, Path state, Path socket, String... before) throws IOException {
        List<String> words = new ArrayList<>(List.of(before));
        words.addAll(Reader.java(
                "dev.nowake.agent.cli.Main",
                "run",
                "--config",
                config.toString(),
                "--state-dir",
                state.toString(),
                "--socket",
                socket.toString()));
        return new DaemonProcess(new ProcessBuilder(words)
                .redirectError(config.resolveSibling("daemon.err").toFile())
                .start());
    }

    static DaemonProcess start(Rig rig, Path root, String... before) throws IOException {
        DaemonProcess daemon = launch(rig, root, Map.of(), before);
        assertThat(daemon.firstLine()).isEqualTo("ready");
        return daemon;
    }

    static DaemonProcess start(Rig rig) throws IOException {
        return start(rig, rig.root);
    }

    /** Waits for it: "ready", or why it ended. */
    String firstLine() throws IOException {
        return process.inputReader(StandardCharsets.UTF_8).readLine();
    }

    long pid() {
        return process.pid();
    }

    boolean runs() {
        return process.isAlive();
    }

    /** Waits for its end, at most so long. */
    void awaitEnd(long millis) throws InterruptedException {
        process.waitFor(millis, TimeUnit.MILLISECONDS);
    }

    /** Groups, sockets, model files: without what its JVM opens when it first needs it (jars, devices) and the journal. */
    int descriptors() {
        int open = 0;
        for (String fd : new File("/proc/" + pid() + "/fd").list()) {
            try {
                String to = Files.readSymbolicLink(Path.of("/proc/" + pid() + "/fd/" + fd))
                        .toString();
                open += to.endsWith(".jar") || to.startsWith("/dev/") || to.endsWith(".jsonl") ? 0 : 1;
            } catch (IOException closed) {
                continue;
            }
        }
        return open;
    }

    /** Its own, without those of the JVM, which compiles when it likes, and of the pool that fetches, which has its limit. */
    int threads() {
        int own = 0;
        for (String task : new File("/proc/" + pid() + "/task").list()) {
            try {
                String name = Files.readString(Path.of("/proc/" + pid() + "/task/" + task + "/comm"));
                own += name.startsWith("nowake-") && !name.startsWith("nowake-io") ? 1 : 0;
            } catch (IOException ended) {
                continue;
            }
        }
        return own;
    }

    /** Resident memory of the process alone. */
    long residentBytes() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/" + pid() + "/status"))) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("\\D", "")) << 10;
            }
        }
        throw new IOException("no VmRSS");
    }

    /** Marks of all its fanotify groups. */
    int marks() throws IOException {
        int marks = 0;
        for (String fd : new File("/proc/" + pid() + "/fdinfo").list()) {
            try {
                marks += (int) Files.readAllLines(Path.of("/proc/" + pid() + "/fdinfo/" + fd)).stream()
                        .filter(line -> line.startsWith("fanotify ino:"))
                        .count();
            } catch (IOException closed) {
                continue;
            }
        }
        return marks;
    }

    /** SIGKILL, without waiting: threads that wait for a filesystem's server end with its answer. */
    void signalKill() {
        process.destroyForcibly();
    }

    /** SIGKILL. */
    void kill() throws InterruptedException {
        process.destroyForcibly();
        assertThat(process.waitFor(10, TimeUnit.SECONDS))
                .as(() -> "where its threads are:\n" + stacks())
                .isTrue();
    }

    /** What each thread waits for in the kernel. */
    private String stacks() {
        StringBuilder stacks = new StringBuilder();
        for (String task : new File("/proc/" + pid() + "/task").list()) {
            try {
                Path at = Path.of("/proc/" + pid() + "/task/" + task);
                stacks.append(Files.readString(at.resolve("comm"))).append(Files.readString(at.resolve("stack")));
            } catch (IOException ended) {
                continue;
            }
        }
        return stacks.toString();
    }

    /** SIGTERM, without waiting. */
    void ask() {
        process.toHandle().destroy();
    }

    /** SIGTERM. */
    void stop() throws InterruptedException {
        process.destroy();
        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}
