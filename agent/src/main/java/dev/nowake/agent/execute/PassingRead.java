package dev.nowake.agent.execute;

import dev.nowake.kernel.Extent;
import dev.nowake.kernel.FileAccess.ReadMode;
import dev.nowake.kernel.Kernel;
import dev.nowake.kernel.OpenFile;
import dev.nowake.kernel.PageCache;
import dev.nowake.kernel.Residency;
import dev.nowake.kernel.proc.BackingDevice;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/**
 * Reads through the page cache that leave nothing in it: each range is asked for at once, copied, and dropped, except pages
 * that were there before. For filesystems without O_DIRECT. Any thread; ranges of whole pages.
 */
public final class PassingRead implements AutoCloseable {
    private final Kernel kernel;
    private final OpenFile file;

    /**
     * Never read: where much is under way FUSE skips what a description's last read has left to be read ahead, and its pages
     * would be fetched one by one.
     */
    private final OpenFile ahead;

    private final long windowBytes;

    private PassingRead(Kernel kernel, OpenFile file, OpenFile ahead, long windowBytes) {
        this.kernel = kernel;
        this.file = file;
        this.ahead = ahead;
        this.windowBytes = windowBytes;
    }

    /** @throws IOException as open(2) */
    public static PassingRead open(Kernel kernel, Path path) throws IOException {
        OpenFile file = kernel.files().open(path);
        try {
            return of(kernel, file);
        } catch (IOException refused) {
            file.close();
            throw refused;
        }
    }

    /**
     * Of a file that is open, which is closed with it.
     *
     * @throws IOException as open(2); then the caller closes the file
     */
    public static PassingRead of(Kernel kernel, OpenFile file) throws IOException {
        OpenFile ahead = null;
        try {
            ahead = kernel.files().reopen(file);
            kernel.pageCache().adviseSequential(ahead); // doubles the window
            long window = BackingDevice.read(kernel.files().status(file).device())
                    .map(BackingDevice::readAheadBytes)
                    .filter(bytes -> bytes >= MountTraits.DEFAULT_READ_AHEAD_BYTES)
                    .orElse(MountTraits.DEFAULT_READ_AHEAD_BYTES);
            return new PassingRead(kernel, file, ahead, 2 * window);
        } catch (IOException refused) {
            if (ahead != null) {
                ahead.close();
            }
            throw refused;
        }
    }

    /** Reads until the buffer is full or the file ends. */
    public void readFully(ByteBuffer target, long offsetBytes) throws IOException {
        int length = target.remaining();
        Residency before = kernel.pageCache().residency(file, offsetBytes, length);
        Iterable<Extent> keep = List.of();
        if (before.residentBytes() > 0) {
            keep = kernel.pageCache().residentExtents(file, offsetBytes, length);
            // A read-ahead that was killed leaves pages without data, which would each be waited for.
            dropAllBut(keep, offsetBytes, offsetBytes + length);
        }
        for (long at = 0; at < length; at += windowBytes) {
            kernel.pageCache().readahead(ahead, offsetBytes + at, Math.min(windowBytes, length - at));
        }
        try {
            long at = offsetBytes;
            int got = 1;
            while (target.hasRemaining() && got > 0) {
                got = kernel.files().read(file, at, target, ReadMode.NORMAL);
                at += got;
            }
        } finally {
            dropAllBut(keep, offsetBytes, offsetBytes + length);
        }
    }

    private void dropAllBut(Iterable<Extent> keep, long start, long end) throws IOException {
        PageCache pages = kernel.pageCache();
        long at = start;
        for (Extent kept : keep) {
            if (kept.offsetBytes() > at) {
                pages.evict(file, at, kept.offsetBytes() - at);
            }
            at = Math.max(at, kept.endBytes());
        }
        if (end > at) {
            pages.evict(file, at, end - at);
        }
    }

    @Override
    public void close() {
        ahead.close();
        file.close();
    }
}
