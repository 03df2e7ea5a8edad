package dev.nowake.agent.cli;

import dev.nowake.kernel.Extent;
import dev.nowake.kernel.FileAccess;
import dev.nowake.kernel.FileStatus;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.OpenFile;
import dev.nowake.kernel.PageCache;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/**
 * Reads that leave no page behind, whatever mode is asked for: looking at what a file is must not change the residency
 * that is to be shown, or prefetched and counted. No mode of preadv2(2) does that by itself: RWF_NOWAIT on pages that are
 * not there starts their read-ahead before it says EAGAIN, and RWF_DONTCACHE leaves what its read-ahead brought (measured
 * on 6.18: 4 and 3 pages). So what the read brought in is dropped again.
 *
 * <p>Only where nothing around the read was resident before it: whoever else reads there has pages there, and then nothing
 * is dropped, this read's own pages included; nor is it where residency cannot be known. What another reader brings into
 * the same 256 KiB during this one read cannot be told from its own and goes with it, unless mapped: it costs
 * that reader a second read of them.
 */
record QuietFiles(FileAccess files, PageCache pages) implements FileAccess {
    /** More than the read-ahead of one small read: 16 KiB to start with, 128 KiB where windows are large. */
    private static final long AROUND_BYTES = 256 << 10;

    @Override
    public OpenFile open(Path path) throws KernelException {
        return files.open(path);
    }

    @Override
    public OpenFile reopen(OpenFile file) throws KernelException {
        return files.reopen(file);
    }

    @Override
    public FileStatus status(OpenFile file) throws KernelException {
        return files.status(file);
    }

    @Override
    public FileStatus status(Path path) throws KernelException {
        return files.status(path);
    }

    @Override
    public Path path(OpenFile file) throws KernelException {
        return files.path(file);
    }

    @Override
    public int read(OpenFile file, long offsetBytes, ByteBuffer target, ReadMode mode) throws KernelException {
        long start = offsetBytes & -4096L;
        long length = Math.max(AROUND_BYTES, target.remaining());
        boolean cold = pages.residency(file, start, length).residentBytes() == 0; // -1 where it cannot be known
        int got = files.read(file, offsetBytes, target, ReadMode.NORMAL);
        if (cold) {
            pages.evict(file, start, length);
        }
        return got;
    }

    @Override
    public List<Extent> dataExtents(OpenFile file, long offsetBytes, long lengthBytes) throws KernelException {
        return files.dataExtents(file, offsetBytes, lengthBytes);
    }
}
