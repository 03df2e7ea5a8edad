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

/**
 * Reads through the page cache that leave nothing in it: each range is asked for at once, copied, and dropped, except pages
 * that were there before. For filesystems without O_DIRECT, and for FUSE, where a direct read from a server that has hung
 * cannot even be killed (fuse_direct_IO() waits uninterruptibly), and this one can. Any thread; ranges of whole pages.
 */
public final class PassingRead implements AutoCloseable {
    private final Kernel kernel;
    private final OpenFile file;
    private final long windowBytes;

    private PassingRead(Kernel kernel, OpenFile file, long windowBytes) {
        this.kernel = kernel;
        this.file = file;
        this.windowBytes = windowBytes;
    }

    /** @throws IOException as open(2) */
    public static PassingRead open(Kernel kernel, Path path) throws IOException {
        OpenFile file = kernel.files().open(path);
        try {
            kernel.pageCache().adviseSequential(file); // doubles the window
            long window = BackingDevice.read(kernel.files().status(file).device())
                    .map(BackingDevice::readAheadBytes)
                    .filter(bytes -> bytes >= MountTraits.DEFAULT_READ_AHEAD_BYTES)
                    .orElse(MountTraits.DEFAULT_READ_AHEAD_BYTES);
            return new PassingRead(kernel, file, 2 * window);
        } catch (IOException refused) {
            file.close();
            throw refused;
        }
    }

    /** Reads until the buffer is full or the file ends. */
    public void readFully(ByteBuffer target, long offsetBytes) throws IOException {
        int length = target.remaining();
        Residency before = kernel.pageCache().residency(file, offsetBytes, length);
        Iterable<Extent> keep = before.residentBytes() > 0
                ? kernel.pageCache().residentExtents(file, offsetBytes, length)
                : java.util.List.of();
        for (long at = 0; at < length; at += windowBytes) {
            kernel.pageCache().readahead(file, offsetBytes + at, Math.min(windowBytes, length - at));
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
        file.close();
    }
}
