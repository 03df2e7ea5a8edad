package dev.nowake.agent.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** A program that serves or mounts something until it is ended, and what it says meanwhile. */
final class ServerProcess {
    /** A JVM on a host that others use as well. */
    static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Process process;
    private final Path log;

    private ServerProcess(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    /** {@code home}: where it may keep what it wants to keep, and where it runs. */
    static ServerProcess start(Path home, Map<String, String> environment, List<String> words) throws IOException {
        Path log = Files.createTempFile(home, Path.of(words.getFirst()).getFileName() + "-", ".log");
        ProcessBuilder builder = new ProcessBuilder(words)
                .directory(home.toFile())
                .redirectErrorStream(true)
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectOutput(log.toFile());
        builder.environment().put("HOME", home.toString());
        builder.environment().putAll(environment);
        return new ServerProcess(builder.start(), log);
    }

    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    static boolean listens(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
            return true;
        } catch (IOException notYet) {
            return false;
        }
    }

    /** Until it is so; with what it said where it ends before. */
    ServerProcess awaits(BooleanSupplier ready) {
        await(log.getFileName().toString())
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> {
                    boolean isReady = ready.getAsBoolean();
                    assertThat(isReady || process.isAlive())
                            .as(() -> "it ended: " + said())
                            .isTrue();
                    return isReady;
                });
        return this;
    }

    String said() {
        try {
            return Files.readString(log);
        } catch (IOException unreadable) {
            return unreadable.toString();
        }
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** A signal to it and to what it has started. */
    void signal(String name) throws Exception {
        for (ProcessHandle each : List.copyOf(process.descendants().toList())) {
            new ProcessBuilder("kill", "-" + name, "" + each.pid()).start().waitFor();
        }
        new ProcessBuilder("kill", "-" + name, "" + process.pid()).start().waitFor();
    }

    void end() {
        List<ProcessHandle> children = process.descendants().toList();
        try {
            signal("CONT");
            process.destroy();
            if (!process.waitFor(1, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                process.waitFor(1, TimeUnit.SECONDS);
            }
        } catch (Exception interrupted) {
            process.destroyForcibly();
        }
        children.forEach(ProcessHandle::destroyForcibly);
    }
}
