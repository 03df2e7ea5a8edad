package dev.nowake.kernel.fake;

import dev.nowake.kernel.Errno;
import dev.nowake.kernel.FileSpace;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.OpenFile;
import java.nio.file.Path;

/** Opens for writing. This host's files have no blocks to give or take. */
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
    public void sync(OpenFile file) throws KernelException {
        host.script.enter("fdatasync", host.description("fdatasync", file).shown());
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
