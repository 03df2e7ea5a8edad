package dev.nowake.kernel.fake;

import dev.nowake.kernel.DiskSpace;
import dev.nowake.kernel.Errno;
import dev.nowake.kernel.KernelException;
import java.nio.file.Path;

/** Space is endless; the script knows the call as {@code fallocate}, and may say ENOSPC. */
final class FakeDiskSpace implements DiskSpace {
    private final FakeHost host;

    FakeDiskSpace(FakeHost host) {
        this.host = host;
    }

    @Override
    public boolean reserve(Path file, long offsetBytes, long lengthBytes) throws KernelException {
        host.script.enter("fallocate", file, offsetBytes, lengthBytes);
        synchronized (host.lock) {
            FakeInode inode = host.fileSystem.find("open", file);
            if (inode.folder) {
                throw new KernelException("open", Errno.EISDIR);
            }
            if (offsetBytes < 0 || lengthBytes <= 0) {
                throw new KernelException("fallocate", Errno.EINVAL);
            }
            inode.reserve(offsetBytes, offsetBytes + lengthBytes);
            return true;
        }
    }
}
