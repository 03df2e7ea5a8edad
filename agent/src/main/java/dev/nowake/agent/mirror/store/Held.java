package dev.nowake.agent.mirror.store;

import dev.nowake.kernel.Errno;
import dev.nowake.kernel.FileAccess;
import dev.nowake.kernel.FileStatus;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.OpenFile;
import dev.nowake.model.FileId;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.time.Instant;
import java.util.Arrays;

/**
 * A file or folder of the store, held by a descriptor: what is done through it is done to this inode, whatever its name leads
 * to by now. For one thread.
 */
final class Held implements AutoCloseable {
    /** XATTR_SIZE_MAX of xattr(7). */
    private static final int MOST_ATTRIBUTE_BYTES = 1 << 16;

    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private final OpenFile file;
    private final Path self;

    private Held(OpenFile file) {
        this.file = file;
        this.self = Path.of("/proc/self/fd/" + file.fd());
    }

    /** The name is another's by now, or nobody's. */
    static final class NameTaken extends IOException {
        private NameTaken(String message) {
            super(message);
        }
    }

    /** @throws IOException with one line; {@link NameTaken} where the name does not lead to this inode any more */
    static Held open(FileAccess files, Path path, FileId expected) throws IOException {
        OpenFile file;
        try {
            file = files.open(path);
        } catch (KernelException refused) {
            boolean gone =
                    refused.errno().equals(Errno.ENOENT) || refused.errno().equals(Errno.ENOTDIR);
            throw gone ? new NameTaken(path + " was removed by somebody") : refused;
        }
        try {
            FileStatus status = files.status(file);
            FileId found = new FileId(status.device(), status.inode());
            if (!found.equals(expected)) {
                throw new NameTaken(path + " is another file by now");
            }
            return new Held(file);
        } catch (IOException | RuntimeException wrong) {
            file.close();
            throw wrong;
        }
    }

    /** Not to be closed. */
    OpenFile file() {
        return file;
    }

    /** A name of the inode for as long as this is open. */
    Path self() {
        return self;
    }

    /** A name in this folder: also where somebody puts a link in the place of a folder above it. */
    Path at(Path name) {
        return self.resolve(name);
    }

    UnixFacts facts() throws IOException {
        return UnixFacts.ofTarget(self);
    }

    /** fdatasync(2). */
    void syncData() throws IOException {
        try (FileChannel channel = FileChannel.open(self, StandardOpenOption.READ)) {
            channel.force(false);
        }
    }

    /** fsync(2). */
    void sync() throws IOException {
        try (FileChannel channel = FileChannel.open(self, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /** ftruncate(2), either way. */
    void setLength(long bytes) throws IOException {
        try (RandomAccessFile writable = new RandomAccessFile(self.toString(), "rw")) {
            writable.setLength(bytes);
        }
    }

    /**
     * Sets the time of modification, as near as the filesystem and Java can: before 1970 to the second.
     *
     * @return what it is now
     */
    long setTime(long mtimeNanos) throws IOException {
        long seconds = Math.floorDiv(mtimeNanos, NANOS_PER_SECOND);
        long nanos = seconds < 0 ? 0 : Math.floorMod(mtimeNanos, NANOS_PER_SECOND);
        Files.setLastModifiedTime(self, FileTime.from(Instant.ofEpochSecond(seconds, nanos)));
        return facts().mtimeNanos();
    }

    /** Gives it another's owner, group and permissions, where they differ. */
    void setRights(UnixFacts like) throws IOException {
        UnixFacts now = facts();
        int mode = plainMode(like);
        if (now.uid() != like.uid()) {
            Files.setAttribute(self, "unix:uid", like.uid());
        }
        if (now.gid() != like.gid()) {
            Files.setAttribute(self, "unix:gid", like.gid());
        }
        if (now.mode() != mode) {
            Files.setAttribute(self, "unix:mode", mode);
        }
    }

    /** Nothing here is run with its owner's rights: those bits stay away. In a folder for all nobody takes others' names. */
    static int plainMode(UnixFacts facts) {
        return facts.mode() & (facts.isFolder() ? 01777 : 0777);
    }

    private UserDefinedFileAttributeView attributes() {
        return Files.getFileAttributeView(self, UserDefinedFileAttributeView.class);
    }

    /** Null where it has none of this name. */
    byte[] attribute(String name) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(MOST_ATTRIBUTE_BYTES);
        try {
            attributes().read(name, bytes);
        } catch (FileSystemException none) {
            if (!attributes().list().contains(name)) {
                return null;
            }
            throw none;
        }
        return Arrays.copyOf(bytes.array(), bytes.position());
    }

    /** setxattr(2): all of it or nothing. */
    void setAttribute(String name, byte[] value) throws IOException {
        attributes().write(name, ByteBuffer.wrap(value));
    }

    @Override
    public void close() {
        file.close();
    }
}
