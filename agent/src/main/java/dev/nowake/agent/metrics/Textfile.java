package dev.nowake.agent.metrics;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
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

    /** The temporary file's name does not end in .prom, so that nobody takes it for one. */
    private static void replace(Path file, String text) throws IOException {
        Path fresh = file.resolveSibling("." + file.getFileName() + ".new");
        Files.deleteIfExists(fresh);
        try {
            Files.writeString(fresh, text, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rw-r--r--"));
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException failed) {
            Files.deleteIfExists(fresh);
            throw failed;
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
