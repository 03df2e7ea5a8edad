package dev.nowake.agent.mirror.gate;

import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.PermissionEvents;
import dev.nowake.kernel.PermissionGroup;
import java.io.File;
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
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/**
 * A small shell that holds a gate's group as well. While the daemon lives it sleeps; when the daemon is gone, however it
 * went, the group lives on in it, and with it everything that waits. See keeper.sh. It is found by its command line, because
 * whoever starts it may be killed before he has written anything down.
 */
final class Keeper implements AutoCloseable {
    /** Its descriptor of the group. */
    static final int GROUP = 3;

    private static final int MOST_TRIES = 100;
    private static final String TITLE = "nowake-keeper";

    /** The last one to be killed for memory: with it and the daemon gone, readers would find zeros. */
    private static final String NEVER_KILLED = "-1000";

    private final ProcessHandle process;
    private final Path fifo;

    /** Open for as long as this daemon lives: the kernel closes it with the process. Null in one of another daemon. */
    private final FileChannel alive;

    private Keeper(ProcessHandle process, Path fifo, FileChannel alive) {
        this.process = process;
        this.fifo = fifo;
        this.alive = alive;
    }

    /**
     * Starts one.
     *
     * @param folder on /run: nothing in it outlives a reboot
     * @param numbers descriptors this daemon may have
     * @param grace how long what waits goes on waiting when this daemon is gone and no other comes
     * @throws IOException where there is no shell, with one line that says so
     */
    static Keeper start(PermissionGroup group, Path folder, String name, int numbers, Duration grace)
            throws IOException {
        Files.createDirectories(folder); // somebody may have emptied /run meanwhile
        Path fifo = folder.resolve(name + "." + ProcessHandle.current().pid() + "-" + System.nanoTime() + ".alive");
        run("mkfifo", "-m", "600", fifo.toString());
        FileChannel alive = FileChannel.open(fifo, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            List<String> words = new ArrayList<>(session());
            words.addAll(
                    List.of("/bin/sh", "-c", script(), TITLE, fifo.toString(), "" + grace.toSeconds(), "" + numbers));
            Process shell = group.lend(new ProcessBuilder(words)
                    .directory(new File("/"))
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD));
            spare(shell.pid());
            return new Keeper(shell.toHandle(), fifo, alive);
        } catch (IOException failed) {
            alive.close();
            Files.deleteIfExists(fifo);
            throw failed;
        }
    }

    /** Words that give it a session of its own: signals to the daemon's process group are not meant for it. */
    private static List<String> session() {
        return Stream.of("/usr/bin/setsid", "/bin/setsid")
                .filter(program -> Files.isExecutable(Path.of(program)))
                .limit(1)
                .toList();
    }

    private static void spare(long pid) {
        try {
            Files.writeString(Path.of("/proc/" + pid + "/oom_score_adj"), NEVER_KILLED);
        } catch (IOException notAllowed) {
            return; // then it is as likely to be killed as the daemon is
        }
    }

    /** The keepers that earlier daemons have left: one, or more where daemons were killed while they took over. */
    static List<Keeper> find(Path folder, String name) {
        List<Keeper> found = new ArrayList<>();
        for (ProcessHandle process : ProcessHandle.allProcesses().toList()) {
            Path fifo = fifoOf(process.pid());
            if (fifo != null && isOf(fifo, folder, name)) {
                found.add(new Keeper(process, fifo, null));
            }
        }
        return found;
    }

    /** Null where the process is no keeper of this user's. */
    private static Path fifoOf(long pid) {
        try {
            Path folder = Path.of("/proc/" + pid);
            List<String> words =
                    List.of(Files.readString(folder.resolve("cmdline")).split("\0"));
            if (words.getFirst().endsWith("/setsid")) { // for the moment before it becomes the shell
                words = words.subList(1, words.size());
            }
            boolean titled = words.size() > 4
                    && words.get(1).equals("-c")
                    && words.get(3).equals(TITLE);
            boolean ours = titled
                    && Files.getAttribute(folder, "unix:uid")
                            .equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
            boolean onHost = ours && Files.isSameFile(folder.resolve("root"), Path.of("/")); // not root of a container
            return onHost ? Path.of(words.get(4)) : null;
        } catch (IOException | RuntimeException ended) {
            return null;
        }
    }

    private static boolean isOf(Path fifo, Path folder, String name) {
        String file = fifo.getFileName().toString();
        boolean named =
                file.startsWith(name + ".") && file.substring(name.length() + 1).matches("\\d+-\\d+\\.alive");
        if (!named || fifo.getParent().equals(folder)) {
            return named;
        }
        try {
            return Files.isSameFile(fifo.getParent(), folder);
        } catch (IOException gone) {
            return false;
        }
    }

    /** Removes what keepers that have ended left behind. */
    void tidy(String name) throws IOException {
        try (DirectoryStream<Path> left = Files.newDirectoryStream(fifo.getParent(), name + ".*.alive")) {
            for (Path each : left) {
                if (!each.equals(fifo) && isOf(each, fifo.getParent(), name)) {
                    Files.deleteIfExists(each);
                }
            }
        }
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

    /** Calls back, on a thread of its own, when it has ended. */
    void onEnd(Runnable then) {
        process.onExit().thenRun(then);
    }

    /** Makes it answer in this daemon's place from now on: whatever waits, or comes, is an error. */
    void deny() throws IOException {
        alive.write(ByteBuffer.wrap("deny\n".getBytes(StandardCharsets.US_ASCII)));
    }

    /**
     * Leaves it to itself: it holds the group on when this daemon is gone.
     *
     * @param deletable a folder it is to delete when nobody has come in time; null for none
     */
    void leave(Path deletable) throws IOException {
        if (alive == null) {
            return;
        }
        if (deletable != null && deletable.toString().indexOf('\n') < 0) {
            alive.write(ByteBuffer.wrap(("left " + deletable + "\n").getBytes(StandardCharsets.UTF_8)));
        }
        alive.close();
    }

    /** Ends it. The group lives on only where somebody else holds it. */
    @Override
    public void close() throws IOException {
        List<ProcessHandle> sleeping = process.descendants().toList();
        process.destroyForcibly(); // first: were its sleep to end before it, it would begin to say no to those who wait
        sleeping.forEach(ProcessHandle::destroyForcibly);
        try {
            process.onExit().get(5, TimeUnit.SECONDS);
        } catch (InterruptedException hurry) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException itEndsLater) {
            // nothing more can be done to it
        }
        leave(null);
        Files.deleteIfExists(fifo);
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
