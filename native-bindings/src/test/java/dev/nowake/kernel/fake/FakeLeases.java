package dev.nowake.kernel.fake;

import dev.nowake.kernel.Errno;
import dev.nowake.kernel.Features;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.Leases;
import dev.nowake.kernel.OpenFile;
import java.io.IOException;

/** F_SETLEASE of the fake. */
final class FakeLeases implements Leases {
    private final FakeKernel kernel;
    private final FakeHost host;

    FakeLeases(FakeKernel kernel, FakeHost host) {
        this.kernel = kernel;
        this.host = host;
    }

    @Override
    public boolean heldElsewhere(OpenFile file) throws KernelException {
        FakeDescription description = host.description("fcntl", file);
        host.script.enter("fcntl", description.shown());
        synchronized (host.lock) {
            FakeInode inode = description.inode;
            boolean works = inode.mount.leases() && kernel.features().has(Features.Feature.LEASES);
            if (!works || !inode.isRegular()) {
                throw new KernelException("fcntl F_SETLEASE", Errno.EINVAL);
            }
            return inode.references > 1;
        }
    }

    @Override
    public boolean whileAlone(OpenFile file, Alone action) throws IOException {
        if (heldElsewhere(file)) {
            return false;
        }
        action.run();
        return true;
    }
}
