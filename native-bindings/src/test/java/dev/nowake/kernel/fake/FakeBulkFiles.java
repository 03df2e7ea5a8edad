package dev.nowake.kernel.fake;

import dev.nowake.kernel.BulkFiles;
import dev.nowake.kernel.Errno;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.OpenFile;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** O_DIRECT and pwrite(2) of the fake. A direct descriptor reads through its page cache all the same. */
final class FakeBulkFiles implements BulkFiles {
    private final FakeHost host;

    FakeBulkFiles(FakeHost host) {
        this.host = host;
    }

    @Override
    public OpenFile openDirect(Path path) throws KernelException {
        host.script.enter("open", path);
        synchronized (host.lock) {
            host.requireFreeDescriptor("open");
            return host.own(host.openByName(path, null, host.ownPid, false));
        }
    }

    @Override
    public int write(OpenFile file, long offsetBytes, ByteBuffer source) throws KernelException {
        if (!source.hasRemaining()) {
            return 0;
        }
        FakeDescription description = host.description("pwrite", file);
        host.script.enter("pwrite", description.shown(), offsetBytes, source.remaining());
        synchronized (host.lock) {
            if (!description.writable) {
                throw new KernelException("pwrite", Errno.EBADF);
            }
            FakeInode inode = description.inode;
            byte[] bytes = new byte[source.remaining()];
            source.get(bytes);
            inode.content = FakeContent.overwritten(inode.content, offsetBytes, bytes);
            inode.sizeBytes = Math.max(inode.sizeBytes, offsetBytes + bytes.length);
            inode.mtimeNanos++;
            FakeRange range = FakeRange.clamped(inode, offsetBytes, bytes.length);
            inode.pages.populate(range.firstPage(), range.endPage(), inode.mount.folioOrder(), page -> 0);
            inode.pages.makeDirty(range.firstPage(), range.endPage());
            return bytes.length;
        }
    }
}
