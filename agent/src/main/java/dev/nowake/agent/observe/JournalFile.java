package dev.nowake.agent.observe;

import dev.nowake.agent.config.JournalSettings;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * The file lines are appended to: begun anew when it has grown or aged enough, opened anew when somebody took it away, and
 * cut back to its last whole line when a disk was full. One thread.
 */
final class JournalFile implements AutoCloseable {
    /** A journal of which an eighth goes at a time is never short by more than that of what it may be. */
    private static final int PIECES = 8;

    /** What is looked at once in a while: how old the file is, and whether it is still there. */
    private static final long LOOK_NANOS = 1_000_000_000L;

    /** Who reads which models is nobody's business. */
    private static final FileAttribute<?> PRIVATE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    /** The daemon's socket may be in it. */
    private static final FileAttribute<?> PRIVATE_FOLDER =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx--x--x"));

    private static final Set<StandardOpenOption> APPENDING =
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.APPEND);

    private final JournalFolder folder;
    private final JournalRetention retention;
    private final InstantSource clock;
    private final LongSupplier nanos;
    private JournalSettings settings;
    private FileChannel channel;
    private boolean regular;
    private Object key;
    private long sizeBytes;
    private Instant begun;
    private long begunNanos;
    private long lookedNanos;

    JournalFile(Path current, JournalSettings settings, InstantSource clock, LongSupplier nanos) {
        this.folder = new JournalFolder(current);
        this.retention = new JournalRetention(folder, clock, nanos);
        this.settings = settings;
        this.clock = clock;
        this.nanos = nanos;
    }

    /** From now on; files beyond the new bounds go at once. */
    void apply(JournalSettings next) {
        settings = next;
        retention.enforce(settings, fileBytes());
    }

    /** Opens it, and drops what is too much by now. */
    void open() throws IOException {
        if (channel != null) {
            return;
        }
        try {
            openCurrent();
        } catch (NoSuchFileException noFolder) {
            Files.createDirectory(folder.current().toAbsolutePath().getParent(), PRIVATE_FOLDER);
            openCurrent();
        }
        if (regular) {
            retention.enforce(settings, fileBytes());
        }
    }

    static FileChannel appending(Path file) throws IOException {
        return FileChannel.open(file, APPENDING, PRIVATE);
    }

    private void openCurrent() throws IOException {
        Path current = folder.current();
        boolean torn = endsTorn(current);
        channel = appending(current);
        try {
            BasicFileAttributes now = Files.readAttributes(current, BasicFileAttributes.class);
            regular = now.isRegularFile();
            key = now.fileKey();
            sizeBytes = regular ? now.size() : 0;
            begun = sizeBytes == 0 ? clock.instant() : firstTime(current, now);
            begunNanos = nanos.getAsLong();
            lookedNanos = begunNanos;
            if (torn) { // by a kill: that spoils no other line
                append(new byte[] {'\n'});
            }
        } catch (IOException failed) {
            close();
            throw failed;
        }
    }

    private static boolean endsTorn(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            return false;
        }
        try (SeekableByteChannel last = Files.newByteChannel(file)) {
            ByteBuffer end = ByteBuffer.allocate(1);
            return last.size() > 0 && last.position(last.size() - 1).read(end) == 1 && end.get(0) != '\n';
        }
    }

    /** When the file was begun, by its first line. */
    private static Instant firstTime(Path current, BasicFileAttributes attributes) throws IOException {
        try (LineFile lines = new LineFile(current)) {
            byte[] first = lines.next();
            JournalEntry entry = first == null ? null : JournalReader.parse(first);
            Instant time = entry == null ? null : entry.time();
            return time == null ? attributes.lastModifiedTime().toInstant() : time;
        }
    }

    /**
     * Appends a whole line or, where that fails, nothing.
     *
     * @throws IOException the disk is full and no file of ours was left to make space, or the file cannot be opened
     */
    void write(byte[] line) throws IOException {
        look();
        try {
            place(line);
        } catch (IOException full) {
            close();
            if (!retention.makeSpace(full)) {
                throw full;
            }
            place(line);
        }
    }

    private void place(byte[] line) throws IOException {
        open();
        if (regular && sizeBytes > 0 && (sizeBytes + line.length > fileBytes() || isOld())) {
            rotate();
        }
        append(line);
    }

    private void append(byte[] line) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(line);
        try {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        } catch (IOException failed) {
            if (regular && bytes.position() > 0) {
                channel.truncate(sizeBytes);
            }
            throw failed;
        }
        sizeBytes += line.length;
    }

    /** While nothing is to be written: ages it, and lets go of a file that was taken away. */
    void idle() {
        look();
        try {
            if (channel != null && regular && sizeBytes > 0 && isOld()) {
                rotate();
            }
        } catch (IOException later) {
            close(); // the next line tries again, and tells
        }
    }

    /** At times: a file that somebody moved, removed or put another in place of is not ours to write any more. */
    private void look() {
        long now = nanos.getAsLong();
        if (channel == null || !regular || now - lookedNanos < LOOK_NANOS) {
            return;
        }
        lookedNanos = now;
        try {
            BasicFileAttributes there = Files.readAttributes(folder.current(), BasicFileAttributes.class);
            if (there.fileKey().equals(key)) {
                sizeBytes = there.size(); // somebody may have cut it off
                retention.age(settings);
                return;
            }
        } catch (IOException gone) {
            close();
            return;
        }
        close();
    }

    /** By either clock: the time of day may jump, and the steady one begins with the process. */
    private boolean isOld() {
        Duration piece = settings.maxAge().dividedBy(PIECES);
        return Duration.between(begun, clock.instant()).compareTo(piece) >= 0
                || nanos.getAsLong() - begunNanos >= toNanos(piece);
    }

    private static long toNanos(Duration duration) {
        return duration.compareTo(Duration.ofDays(36_500)) >= 0 ? Long.MAX_VALUE : duration.toNanos();
    }

    /** Two files at least stand within the bound of all. */
    private long fileBytes() {
        return Math.min(settings.fileBytes(), settings.maxBytes() / 2);
    }

    private void rotate() throws IOException {
        close();
        Files.move(folder.current(), folder.nameOf(clock.instant(), folder.rotated()));
        open();
    }

    @Override
    public void close() {
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (IOException ignored) {
            return; // the lines are lost and counted; the next one opens the file anew
        } finally {
            channel = null;
        }
    }
}
