package dev.nowake.agent.mirror.gate;

import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.PermissionEvents;
import dev.nowake.kernel.PermissionGroup;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A small shell that holds a gate's group as well. While the daemon lives it sleeps; when the daemon is gone, however it
 * went, the group lives on in it, and with it everything that waits. See keeper.sh.
 */
final class Keeper implements AutoCloseable {
    private static final int MOST_TRIES = 100;

    private final ProcessHandle process;
    private final Path stateFile;
    private final Path fifo;

    /** Open for as long as this daemon lives: the kernel closes it with the process. */
    private final FileChannel alive;

    private Keeper(ProcessHandle process, Path stateFile, Path fifo, FileChannel alive) {
        this.process = process;
        this.stateFile = stateFile;
        this.fifo = fifo;
        this.alive = alive;
    }

    /**
     * Starts one.
     *
     * @param folder on /run: nothing in it outlives a reboot
     * @param grace how long what waits goes on waiting when this daemon is gone and no other comes
     * @throws IOException where there is no shell, with one line that says so
     */
    static Keeper start(PermissionGroup group, Path folder, String name, Duration grace) throws IOException {
        Path fifo = folder.resolve(name + "." + ProcessHandle.current().pid() + ".alive");
        Files.deleteIfExists(fifo);
        run("mkfifo", "-m", "600", fifo.toString());
        FileChannel alive = FileChannel.open(fifo, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            Process shell = group.lend(new ProcessBuilder(
                            "/bin/sh", "-c", script(), "nowake-keeper", fifo.toString(), "" + grace.toSeconds())
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD));
            Path stateFile = stateFile(folder, name);
            ProcessHandle process = shell.toHandle();
            Files.writeString(stateFile, process.pid() + " " + startOf(process) + " " + fifo + "\n");
            return new Keeper(process, stateFile, fifo, alive);
        } catch (IOException failed) {
            alive.close();
            Files.deleteIfExists(fifo);
            throw failed;
        }
    }

    /** The keeper that an earlier daemon has left; empty where there is none, or it has ended. */
    static Optional<Keeper> find(Path folder, String name) {
        Path stateFile = stateFile(folder, name);
        try {
            String[] words = Files.readString(stateFile).strip().split(" ", 3);
            ProcessHandle process = ProcessHandle.of(Long.parseLong(words[0])).orElse(null);
            if (words.length == 3 && process != null && startOf(process) == Long.parseLong(words[1])) {
                return Optional.of(new Keeper(process, stateFile, Path.of(words[2]), null));
            }
            Files.deleteIfExists(stateFile);
            return Optional.empty();
        } catch (IOException | RuntimeException noKeeper) {
            return Optional.empty();
        }
    }

    private static long startOf(ProcessHandle process) {
        return process.info().startInstant().map(Instant::toEpochMilli).orElse(-1L);
    }

    private static Path stateFile(Path folder, String name) {
        return folder.resolve(name + ".keeper");
    }

    /**
     * The group this one holds, as this process's own from now on. A shell moves descriptors about while it starts programs,
     * so the group is looked for, and more than once.
     */
    PermissionGroup takeOver(PermissionEvents events) throws IOException {
        IOException failed = new IOException("process " + process.pid() + " holds none");
        for (int tries = 0; tries < MOST_TRIES && process.isAlive(); tries++) {
            for (int fd : groups()) {
                try {
                    return events.takeOver((int) process.pid(), fd);
                } catch (KernelException moved) {
                    failed = moved;
                }
            }
            pause();
        }
        throw failed;
    }

    private List<Integer> groups() {
        List<Integer> found = new ArrayList<>();
        try (DirectoryStream<Path> links = Files.newDirectoryStream(Path.of("/proc/" + process.pid() + "/fd"))) {
            for (Path link : links) {
                if (isGroup(link)) {
                    found.add(Integer.parseInt(link.getFileName().toString()));
                }
            }
        } catch (IOException | DirectoryIteratorException gone) {
            return found;
        }
        return found;
    }

    private static boolean isGroup(Path link) {
        try {
            return Files.readSymbolicLink(link).toString().equals("anon_inode:[fanotify]");
        } catch (IOException closed) {
            return false;
        }
    }

    private static void pause() {
        try {
            Thread.sleep(10);
        } catch (InterruptedException hurry) {
            Thread.currentThread().interrupt();
        }
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Makes it answer in this daemon's place from now on: whatever waits, or comes, is an error. */
    void deny() throws IOException {
        alive.write(ByteBuffer.wrap("deny\n".getBytes(StandardCharsets.US_ASCII)));
    }

    /** Leaves it to itself: it holds the group on when this daemon is gone. */
    void leave() throws IOException {
        if (alive != null) {
            alive.close();
        }
    }

    /** Ends it. The group lives on only where somebody else holds it. */
    @Override
    public void close() throws IOException {
        process.destroyForcibly();
        try {
            process.onExit().get(5, TimeUnit.SECONDS);
        } catch (Exception itEndsLater) {
            Thread.interrupted();
        }
        leave();
        Files.deleteIfExists(fifo);
        Optional<Keeper> successor = find(stateFile.getParent(), nameOf(stateFile));
        if (successor.isEmpty() || successor.get().pid() == process.pid()) {
            Files.deleteIfExists(stateFile);
        }
    }

    private static String nameOf(Path stateFile) {
        String file = stateFile.getFileName().toString();
        return file.substring(0, file.length() - ".keeper".length());
    }

    private static String script() throws IOException {
        try (InputStream script = Keeper.class.getResourceAsStream("keeper.sh")) {
            return new String(script.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static void run(String... words) throws IOException {
        Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (process.waitFor() != 0) {
                throw new IOException(words[0] + ": " + said.strip());
            }
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
            throw new IOException(words[0] + " was interrupted", ended);
        }
    }
}
