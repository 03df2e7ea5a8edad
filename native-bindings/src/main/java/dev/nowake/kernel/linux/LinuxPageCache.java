package dev.nowake.kernel.linux;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.nowake.kernel.Errno;
import dev.nowake.kernel.Extent;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.OpenFile;
import dev.nowake.kernel.PageCache;
import dev.nowake.kernel.Residency;
import dev.nowake.kernel.libc.LibC;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Page cache by cachestat(2), mincore(2), readahead(2), madvise(2), sendfile(2), pread(2) and posix_fadvise(2). */
final class LinuxPageCache implements PageCache {
    private static final int POSIX_FADV_SEQUENTIAL = 2;
    private static final int POSIX_FADV_DONTNEED = 4;
    private static final int MADV_POPULATE_READ = 22;
    private static final long OVERLAYFS_MAGIC = 0x794c_7630L;

    /**
     * One mapping's worth. Measured on ext4: windows of 8 MiB reach the disk's speed (2.1 to 2.25 GB/s); a single
     * mapping of the whole range would hold all its pages mapped, and so not evictable, until the last has come.
     */
    private static final long POPULATE_WINDOW_BYTES = 8L << 20;

    /** What one call of sendfile moves at most (MAX_RW_COUNT). */
    private static final long SENDFILE_MAX_BYTES = 0x7fff_f000L;

    private final LibC libc;
    private final Mincore mincore;
    private final PageNodes pageNodes;
    private volatile boolean cachestatMissing;
    private volatile int devNull = -1;

    LinuxPageCache(LibC libc) {
        this.libc = libc;
        this.mincore = new Mincore(libc);
        this.pageNodes = new PageNodes(libc);
    }

    private ByteSpan span(OpenFile file, long offsetBytes, long lengthBytes) throws KernelException {
        return ByteSpan.clamped(
                offsetBytes, lengthBytes, StatX.known(libc, file.fd()).sizeBytes());
    }

    @Override
    public Residency residency(OpenFile file, long offsetBytes, long lengthBytes) throws KernelException {
        ByteSpan span = span(file, offsetBytes, lengthBytes);
        if (!cachestatMissing) {
            Residency seen = cachestat(file, span);
            if (seen != null) {
                return seen;
            }
        }
        if (!mincore.mayBelieve(file)) {
            return Residency.UNKNOWN;
        }
        return new Residency(mincore.residentBytes(file, span), 0, 0, Residency.Source.MINCORE);
    }

    /** Null where mincore must be asked instead. */
    private Residency cachestat(OpenFile file, ByteSpan span) throws KernelException {
        MemorySegment scratch = Scratch.small();
        scratch.set(JAVA_LONG, 0, span.start());
        scratch.set(JAVA_LONG, 8, Math.max(1, span.length())); // 0 would mean to the end of the file
        long result = libc.cachestat(file.fd(), scratch.address(), scratch.address() + 16);
        if (Outcome.is(result, Errno.ENOSYS)) {
            cachestatMissing = true;
            return null;
        }
        if (Outcome.is(result, Errno.EPERM) || Outcome.is(result, Errno.EOPNOTSUPP)) {
            return Residency.UNKNOWN;
        }
        Outcome.orThrow("cachestat", result);
        long pages = scratch.get(JAVA_LONG, 16);
        long dirtyPages = scratch.get(JAVA_LONG, 24);
        long writebackPages = scratch.get(JAVA_LONG, 32);
        if (pages == 0 && !span.isEmpty() && isOverlay(file)) {
            return null; // overlayfs keeps no pages of its own; a mapping leads to the lower file
        }
        return new Residency(
                bytes(pages, span), bytes(dirtyPages, span), bytes(writebackPages, span), Residency.Source.CACHESTAT);
    }

    private static long bytes(long pages, ByteSpan span) {
        return Math.min(pages * Pages.SIZE_BYTES, span.length());
    }

    private boolean isOverlay(OpenFile file) {
        MemorySegment statfs = Scratch.small();
        return libc.fstatfs(file.fd(), statfs.address()) == 0 && statfs.get(JAVA_LONG, 0) == OVERLAYFS_MAGIC;
    }

    @Override
    public List<Extent> residentExtents(OpenFile file, long offsetBytes, long lengthBytes) throws KernelException {
        ByteSpan span = span(file, offsetBytes, lengthBytes);
        if (!mincore.mayBelieve(file)) {
            throw new KernelException("mincore", Errno.EPERM);
        }
        return mincore.residentExtents(file, span);
    }

    @Override
    public void readahead(OpenFile file, long offsetBytes, long lengthBytes) throws KernelException {
        ByteSpan span = span(file, offsetBytes, lengthBytes);
        if (!span.isEmpty()) {
            Outcome.orThrow("readahead", libc.readahead(file.fd(), span.start(), span.length()));
        }
    }

    @Override
    public void populate(OpenFile file, long offsetBytes, long lengthBytes) throws KernelException {
        ByteSpan span = span(file, offsetBytes, lengthBytes);
        for (long at = span.start(); at < span.end(); ) {
            long end = Math.min(span.end(), (at / POPULATE_WINDOW_BYTES + 1) * POPULATE_WINDOW_BYTES);
            ByteSpan window = new ByteSpan(at, end);
            long result;
            try (Mapping mapping = Mapping.of(libc, file, window)) {
                result = mapping.advise(MADV_POPULATE_READ);
            }
            if (Outcome.is(result, Errno.EFAULT) && span(file, at, end - at).end() < end) {
                return; // cut short meanwhile: there is nothing more to bring in
            }
            Outcome.orThrow("madvise MADV_POPULATE_READ", result);
            at = end;
        }
    }

    @Override
    public long sendfile(OpenFile file, long offsetBytes, long lengthBytes) throws KernelException {
        ByteSpan span = span(file, offsetBytes, lengthBytes);
        MemorySegment position = Scratch.small();
        position.set(JAVA_LONG, 0, span.start());
        long moved = 0;
        while (moved < span.length()) {
            long step = Math.min(span.length() - moved, SENDFILE_MAX_BYTES);
            long sent = libc.sendfile(devNull(), file.fd(), position.address(), step);
            if (sent < 0 && moved > 0) {
                break;
            }
            if (Outcome.orThrow("sendfile", sent) == 0) {
                break;
            }
            moved += sent;
        }
        return moved;
    }

    /** Opened at first use and kept: one descriptor for all threads. */
    private int devNull() throws KernelException {
        if (devNull < 0) {
            synchronized (this) {
                if (devNull < 0) {
                    try (Arena arena = Arena.ofConfined()) {
                        MemorySegment path = Scratch.cString(arena, "/dev/null".getBytes(StandardCharsets.US_ASCII));
                        devNull = (int) Outcome.orThrow(
                                "open /dev/null", libc.open(path.address(), OpenFlags.WRONLY | OpenFlags.CLOEXEC));
                    }
                }
            }
        }
        return devNull;
    }

    @Override
    public long readThrough(OpenFile file, long offsetBytes, long lengthBytes) throws KernelException {
        ByteSpan span = span(file, offsetBytes, lengthBytes);
        MemorySegment target = Scratch.bulk();
        long moved = 0;
        while (moved < span.length()) {
            long step = Math.min(span.length() - moved, target.byteSize());
            long read = libc.pread(file.fd(), target.address(), step, span.start() + moved);
            if (read < 0 && moved > 0) {
                break;
            }
            if (Outcome.orThrow("pread", read) == 0) {
                break;
            }
            moved += read;
        }
        return moved;
    }

    @Override
    public void adviseSequential(OpenFile file) throws KernelException {
        Outcome.orThrow("posix_fadvise", libc.posixFadvise(file.fd(), 0, 0, POSIX_FADV_SEQUENTIAL));
    }

    @Override
    public void evict(OpenFile file, long offsetBytes, long lengthBytes) throws KernelException {
        ByteSpan span = span(file, offsetBytes, lengthBytes);
        if (!span.isEmpty()) {
            Outcome.orThrow(
                    "posix_fadvise", libc.posixFadvise(file.fd(), span.start(), span.length(), POSIX_FADV_DONTNEED));
        }
    }

    @Override
    public int[] nodes(OpenFile file, long[] offsetsBytes) throws KernelException {
        if (!mincore.mayBelieve(file)) {
            throw new KernelException("mincore", Errno.EPERM);
        }
        return pageNodes.of(file, offsetsBytes, StatX.known(libc, file.fd()).sizeBytes());
    }
}
