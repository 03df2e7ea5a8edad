package dev.nowake.kernel;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/** Opening files and asking what they are. Paths may hold any bytes. */
public interface FileAccess {
    /** How a read treats the page cache. */
    enum ReadMode {
        /** pread(2). */
        NORMAL,
        /**
         * preadv2(2) with RWF_NOWAIT: returns only what is resident and waits for no storage, EAGAIN when the first page is
         * not there. Not without effect: before it says EAGAIN it starts read-ahead of some pages (measured on 6.18: 4).
         */
        NOWAIT,
        /**
         * preadv2(2) with RWF_DONTCACHE (6.14+, ext4 and xfs): pages this read brought in are dropped behind it. What its
         * read-ahead brought beyond them stays (measured on 6.18: up to 3 pages).
         */
        DONTCACHE
    }

    /**
     * Opens for reading with O_CLOEXEC, O_NOCTTY, O_NONBLOCK, and O_NOATIME where the kernel allows it; never creates,
     * never blocks on a FIFO. Follows links.
     */
    OpenFile open(Path path) throws KernelException;

    /**
     * A second description of the same file, whatever its name is now: with a read-ahead state, a position and a lease of
     * its own. Opened as {@link #open} does, through {@code /proc/self/fd}.
     */
    OpenFile reopen(OpenFile file) throws KernelException;

    FileStatus status(OpenFile file) throws KernelException;

    /** Follows links. Does not open the file, so a FUSE mount keeps its page cache. */
    FileStatus status(Path path) throws KernelException;

    /** The path the kernel knows the file by now ({@code /proc/self/fd}); " (deleted)" is kept as the kernel says it. */
    Path path(OpenFile file) throws KernelException;

    /**
     * Reads at {@code offsetBytes} into {@code target} and advances its position.
     *
     * @return bytes read, 0 at the end of the file; may be short
     */
    int read(OpenFile file, long offsetBytes, ByteBuffer target, ReadMode mode) throws KernelException;

    /**
     * The parts of the range that hold data (lseek(2) SEEK_DATA, SEEK_HOLE), in order; all of it (up to the file's end)
     * where the filesystem keeps no holes. Moves the descriptor's position.
     */
    List<Extent> dataExtents(OpenFile file, long offsetBytes, long lengthBytes) throws KernelException;
}
