package dev.nowake.agent.metrics;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Metrics in a file for node_exporter's textfile collector: replaced as a whole, so that nobody reads half of it. On a thread
 * of its own, every 15 s if something happened, and every five minutes anyway: a file older than that is of a daemon that is
 * gone.
 */
final class Textfile implements AutoCloseable {
    /** As often as scrapers come, by default. */
    private static final long PERIOD_NANOS = 15_000_000_000L;

    /** So many periods without news; then the file is written anyway. */
    private static final int QUIET_PERIODS = 20;

    private static final long CLOSE_MILLIS = 300;

    private static final Set<StandardOpenOption> NEW = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);

    private final long periodNanos;
    private final Path file;
    private final Supplier<String> text;
    private final LongSupplier happened;
    private final Consumer<String> problems;
    private final Thread thread;
    private volatile boolean closed;

    // the rest belongs to the thread
    private long writtenAt;
    private int quiet = QUIET_PERIODS;
    private boolean failing;

    /**
     * @param happened another number whenever the text is worth writing; asked often, and cheap
     * @param problems told once, in one line, when the file cannot be written, and again after it could be in between
     */
    Textfile(Path file, Supplier<String> text, LongSupplier happened, Consumer<String> problems) {
        this(file, text, happened, problems, PERIOD_NANOS);
    }

    Textfile(Path file, Supplier<String> text, LongSupplier happened, Consumer<String> problems, long periodNanos) {
        this.happened = happened;
        this.periodNanos = periodNanos;
        this.file = file;
        this.text = text;
        this.problems = problems;
        this.thread = Thread.ofPlatform().name("nowake-textfile").daemon().start(this::run);
    }

    private void run() {
        while (!closed) {
            update();
            if (!closed) {
                LockSupport.parkNanos(periodNanos);
            }
        }
        quiet = QUIET_PERIODS;
        update();
    }

    /** Never throws: metrics are worth less than the daemon. */
    private void update() {
        try {
            long now = happened.getAsLong();
            if (now == writtenAt && ++quiet < QUIET_PERIODS) {
                return;
            }
            replace(file, text.get());
            writtenAt = now;
            quiet = 0;
            failing = false;
        } catch (IOException | RuntimeException failed) {
            if (!failing) {
                failing = true;
                problems.accept("cannot write metrics to " + file + " (" + reason(failed)
                        + "): they are missing there until it can be written");
            }
        }
    }

    private static String reason(Exception failed) {
        if (failed instanceof NoSuchFileException) {
            return "its folder is not there";
        }
        return failed instanceof FileSystemException named && named.getReason() != null
                ? named.getReason()
                : String.valueOf(failed.getMessage());
    }

    /**
     * The temporary file's name does not end in .prom, so that nobody takes it for one. Whoever may write to the folder may
     * put a link in its place at any moment, to a file that is root's alone: so no link is followed, and nothing is looked up
     * by its path twice.
     */
    private static void replace(Path file, String text) throws IOException {
        Path name = file.getFileName();
        Path fresh = Path.of("." + name + ".new");
        try (DirectoryStream<Path> stream =
                Files.newDirectoryStream(file.toAbsolutePath().getParent())) {
            SecureDirectoryStream<Path> folder = (SecureDirectoryStream<Path>) stream; // as Linux has it
            deleteIfExists(folder, fresh);
            try {
                try (SeekableByteChannel channel = folder.newByteChannel(fresh, NEW)) {
                    ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
                    while (bytes.hasRemaining()) {
                        channel.write(bytes);
                    }
                }
                folder.getFileAttributeView(fresh, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                        .setPermissions(PosixFilePermissions.fromString("rw-r--r--"));
                folder.move(fresh, folder, name);
            } catch (IOException failed) {
                deleteIfExists(folder, fresh);
                throw failed;
            }
        }
    }

    private static void deleteIfExists(SecureDirectoryStream<Path> folder, Path name) throws IOException {
        try {
            folder.deleteFile(name);
        } catch (NoSuchFileException none) {
            return;
        }
    }

    /** Written a last time, within a moment. */
    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
        try {
            thread.join(CLOSE_MILLIS);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }
}
