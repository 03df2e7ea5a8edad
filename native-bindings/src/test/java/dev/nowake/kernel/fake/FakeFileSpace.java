package dev.nowake.kernel.fake;

import dev.nowake.kernel.Errno;
import dev.nowake.kernel.FileSpace;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.OpenFile;
import java.nio.file.Path;

/** Opens for writing, and reserves; the script knows that as {@code fallocate}. No file has blocks to give or take. */
final class FakeFileSpace implements FileSpace {
    private final FakeHost host;

    FakeFileSpace(FakeHost host) {
        this.host = host;
    }

    @Override
    public OpenFile openForWriting(Path path) throws KernelException {
        host.script.enter("open", path);
        synchronized (host.lock) {
            FakeInode named = host.fileSystem.at(path);
            if (named != null && named.linkTarget != null) {
                throw new KernelException("open", Errno.ELOOP);
            }
            if (named != null && named.folder) {
                throw new KernelException("open", Errno.EISDIR);
            }
            host.requireFreeDescriptor("open");
            return host.own(host.openByName(path, null, host.ownPid, true));
        }
    }

    @Override
    public boolean tryLock(OpenFile file) throws KernelException {
        FakeDescription description = host.description("flock", file);
        host.script.enter("flock", description.shown());
        synchronized (host.lock) {
            if (description.inode.lockedBy == null) {
                description.inode.lockedBy = description;
            }
            return description.inode.lockedBy == description;
        }
    }

    @Override
    public void sync(OpenFile file) throws KernelException {
        host.script.enter("fdatasync", host.description("fdatasync", file).shown());
    }

    /** Endless; the script may say ENOSPC. */
    @Override
    public boolean reserve(OpenFile file, long offsetBytes, long lengthBytes) throws KernelException {
        FakeDescription description = host.description("fallocate", file);
        host.script.enter("fallocate", description.shown(), offsetBytes, lengthBytes);
        if (offsetBytes < 0 || lengthBytes <= 0) {
            throw new KernelException("fallocate", Errno.EINVAL);
        }
        synchronized (host.lock) {
            description.inode.reserve(offsetBytes, offsetBytes + lengthBytes);
        }
        return true;
    }

    @Override
    public void allocate(OpenFile file, long offsetBytes, long lengthBytes) throws KernelException {
        throw new KernelException("fallocate", Errno.EOPNOTSUPP);
    }

    @Override
    public void punch(OpenFile file, long offsetBytes, long lengthBytes) throws KernelException {
        throw new KernelException("fallocate", Errno.EOPNOTSUPP);
    }
}
