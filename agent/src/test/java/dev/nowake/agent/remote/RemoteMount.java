package dev.nowake.agent.remote;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.kernel.proc.MountInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A folder served on loopback and mounted again. Whatever happens, {@link #close} unmounts it and ends what was started; so
 * does the end of the JVM.
 */
public final class RemoteMount implements AutoCloseable {
    private final Path folder;
    private final Path served;
    private final Path mount;
    private final List<ServerProcess> servers = new ArrayList<>();
    private final Thread onExit = new Thread(this::endAll);
    private ServerProcess client;

    private RemoteMount(Path folder, Path served) throws IOException {
        this.folder = folder;
        this.served = served.toRealPath();
        this.mount = Files.createDirectory(folder.resolve("mount"));
        Runtime.getRuntime().addShutdownHook(onExit);
    }

    /**
     * Returns when the mount answers.
     *
     * @param served what is shown, read-only; S3 has its files copied as they are now
     * @param options more words for the program that mounts: {@code --latency-us 2000} for slowfs, {@code -o kernel_cache}
     *     for sshfs and s3fs, {@code --vfs-cache-mode full} for rclone
     */
    public static RemoteMount start(RemoteKind kind, Path served, String... options) throws Exception {
        Path target = Files.createDirectories(Path.of("target", "remote-tests"));
        RemoteMount remote =
                new RemoteMount(Files.createTempDirectory(target, "remote").toRealPath(), served);
        try {
            new RemoteServers(remote).start(kind, List.of(options));
            remote.client.awaits(remote::isMounted);
            assertThat(Files.isDirectory(remote.mount)).isTrue(); // it answers
            return remote;
        } catch (Exception | Error failed) {
            remote.close();
            throw failed;
        }
    }

    Path folder() {
        return folder;
    }

    Path served() {
        return served;
    }

    /** Where what is served is seen. */
    public Path path() {
        return mount;
    }

    /** A served file as it is seen through the mount. */
    public Path seen(Path file) {
        return mount.resolve(served.relativize(file));
    }

    public List<Path> seen(List<Path> files) {
        return files.stream().map(this::seen).toList();
    }

    /** As mountinfo has it. */
    public String type() {
        return MountInfo.read().byPath(mount).orElseThrow().fsType();
    }

    private boolean isMounted() {
        return MountInfo.read().mounts().stream()
                .anyMatch(each -> each.mountPoint().equals(mount));
    }

    ServerProcess serve(Map<String, String> environment, String... words) throws IOException {
        ServerProcess server = ServerProcess.start(folder, environment, List.of(words));
        servers.add(server);
        return server;
    }

    void mounts(Map<String, String> environment, List<String> words) throws IOException {
        client = ServerProcess.start(folder, environment, words);
    }

    /** Nothing is answered any more: who asks for what is not in page cache waits. */
    public void hang() throws Exception {
        client.signal("STOP");
    }

    /** Ends a {@link #hang}. */
    public void answer() throws Exception {
        client.signal("CONT");
    }

    /** The far end is gone; the mount is still there. */
    public void cutOff() {
        servers.forEach(ServerProcess::end);
    }

    /** The mount is gone from its place, as after umount(8); who still has a file of it open keeps it. */
    public void detach() {
        unmount();
    }

    @Override
    public void close() throws IOException {
        try {
            Runtime.getRuntime().removeShutdownHook(onExit);
        } catch (IllegalStateException ending) {
            return; // it does it
        }
        endAll();
        try (Stream<Path> tree = Files.walk(folder)) {
            for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }

    private void endAll() {
        if (client != null) {
            unmount();
            client.end();
        }
        servers.forEach(ServerProcess::end);
        servers.clear();
        unmount(); // what a server that was slow to start has mounted meanwhile
    }

    private void unmount() {
        try {
            new ProcessBuilder("umount", "-l", mount.toString())
                    .redirectErrorStream(true)
                    .start()
                    .waitFor(5, TimeUnit.SECONDS);
        } catch (IOException | InterruptedException impossible) {
            Thread.currentThread().interrupt();
        }
    }
}
