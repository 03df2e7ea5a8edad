package dev.nowake.kernel.fake;

import dev.nowake.kernel.Errno;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.Mounts;
import java.nio.file.Path;

/** A host that lets nobody mount anything. */
record FakeMounts(FakeHost host) implements Mounts {
    @Override
    public void separate() throws KernelException {
        throw refused("unshare");
    }

    @Override
    public void mount(Path source, Path target, String fsType, String options) throws KernelException {
        throw refused("mount " + fsType);
    }

    @Override
    public void mountMemory(Path target) throws KernelException {
        throw refused("mount tmpfs");
    }

    @Override
    public void bind(Path source, Path target) throws KernelException {
        throw refused("mount --bind");
    }

    @Override
    public void unmount(Path target) throws KernelException {
        throw refused("umount");
    }

    private KernelException refused(String call) throws KernelException {
        host.script.enter("mount", null);
        return new KernelException(call, Errno.EPERM);
    }
}
