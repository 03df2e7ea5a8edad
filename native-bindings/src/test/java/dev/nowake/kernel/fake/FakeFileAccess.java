package dev.nowake.kernel.fake;

import dev.nowake.kernel.Errno;
import dev.nowake.kernel.Extent;
import dev.nowake.kernel.Features;
import dev.nowake.kernel.FileAccess;
import dev.nowake.kernel.FileStatus;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.OpenFile;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.nio.file.Path;
import java.util.List;

/** open(2), statx(2), pread(2), lseek(2) of the fake. */
final class FakeFileAccess implements FileAccess {
    private final FakeKernel kernel;
    private final FakeHost host;

    FakeFileAccess(FakeKernel kernel, FakeHost host) {
        this.kernel = kernel;
        this.host = host;
    }

    @Override
    public OpenFile open(Path path) throws KernelException {
        host.script.enter("open", path);
        synchronized (host.lock) {
            host.requireFreeDescriptor("open");
            return host.own(host.openByName(path, null, host.ownPid, false));
        }
    }

    @Override
    public OpenFile reopen(OpenFile file) throws KernelException {
        FakeDescription description = host.description("open", file);
        host.script.enter("open", description.shown());
        synchronized (host.lock) {
            host.requireFreeDescriptor("open");
            return host.own(host.open(new FakeDescription(
                    description.inode, description.path, description.shownPath, host.ownPid, false, false)));
        }
    }

    @Override
    public FileStatus status(OpenFile file) throws KernelException {
        FakeDescription description = host.description("statx", file);
        host.script.enter("statx", description.shown());
        synchronized (host.lock) {
            return description.inode.status();
        }
    }

    @Override
    public FileStatus status(Path path) throws KernelException {
        host.script.enter("statx", path);
        synchronized (host.lock) {
            return host.fileSystem.find("statx", path).status();
        }
    }

    @Override
    public Path path(OpenFile file) throws KernelException {
        FakeDescription description = host.description("readlink", file);
        host.script.enter("readlink", description.shown());
        synchronized (host.lock) {
            boolean there = host.fileSystem.at(description.path) == description.inode;
            Path shown = description.shown();
            return there ? shown : shown.resolveSibling(shown.getFileName() + " (deleted)");
        }
    }

    @Override
    public int read(OpenFile file, long offsetBytes, ByteBuffer target, ReadMode mode) throws KernelException {
        if (target.isReadOnly()) {
            throw new ReadOnlyBufferException();
        }
        if (!target.hasRemaining()) {
            return 0;
        }
        String call = mode == ReadMode.NORMAL ? "pread" : "preadv2";
        FakeDescription description = host.description(call, file);
        host.script.enter(call, description.shown(), offsetBytes, target.remaining());
        synchronized (host.lock) {
            FakeInode inode = description.inode;
            requireMode(inode, call, mode);
            if (inode.folder) {
                throw new KernelException(call, Errno.EISDIR);
            }
            if (offsetBytes < 0) {
                throw new KernelException(call, Errno.EINVAL);
            }
            long length = Math.min(target.remaining(), inode.sizeBytes - offsetBytes);
            if (length <= 0) {
                return 0;
            }
            length = throughCache(inode, offsetBytes, length, call, mode);
            ByteBuffer part = target.slice(target.position(), (int) length);
            inode.content.read(offsetBytes, part);
            target.position(target.position() + (int) length);
            return (int) length;
        }
    }

    private void requireMode(FakeInode inode, String call, ReadMode mode) throws KernelException {
        boolean works = switch (mode) {
            case NORMAL -> true;
            case NOWAIT -> kernel.features().has(Features.Feature.PREADV2_NOWAIT);
            case DONTCACHE -> kernel.features().has(Features.Feature.PREADV2_DONTCACHE) && inode.mount.dontCache();
        };
        if (!works) {
            throw new KernelException(call, Errno.EOPNOTSUPP);
        }
    }

    /** Does to the pages what a read does; returns how many bytes may be copied. */
    private long throughCache(FakeInode inode, long offset, long length, String call, ReadMode mode)
            throws KernelException {
        int first = FakeInode.page(offset);
        int end = FakeInode.pageEnd(offset + length);
        if (mode == ReadMode.NOWAIT) {
            int stop = inode.pages.next(false, first, end);
            if (stop == first) {
                throw new KernelException(call, Errno.EAGAIN);
            }
            return Math.min(length, (long) stop * FakeInode.PAGE_BYTES - offset);
        }
        for (int page = first; mode == ReadMode.DONTCACHE && page < end; page++) {
            // Brought in and dropped behind: only what had been resident stays so.
            if (!inode.pages.isResident(page)) {
                return length;
            }
        }
        inode.pages.populate(first, end, inode.mount.folioOrder(), host.placement.nodes());
        return length;
    }

    @Override
    public List<Extent> dataExtents(OpenFile file, long offsetBytes, long lengthBytes) throws KernelException {
        FakeDescription description = host.description("lseek", file);
        host.script.enter("lseek", description.shown(), offsetBytes, lengthBytes);
        synchronized (host.lock) {
            FakeRange range = FakeRange.clamped(description.inode, offsetBytes, lengthBytes);
            return description.inode.data(range.start(), range.end());
        }
    }
}
