package dev.nowake.kernel.linux;

import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.Mounts;
import dev.nowake.kernel.PathBytes;
import dev.nowake.kernel.libc.LibC;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** unshare(2), mount(2), umount2(2). */
final class LinuxMounts implements Mounts {
    private static final int CLONE_NEWNS = 0x20000;
    private static final long MS_RDONLY = 1;
    private static final long MS_NOSUID = 2;
    private static final long MS_NODEV = 4;
    private static final long MS_BIND = 0x1000;
    private static final long MS_REC = 0x4000;
    private static final long MS_SLAVE = 0x80000;
    private static final byte[] NONE = {'n', 'o', 'n', 'e'};

    private final LibC libc;

    LinuxMounts(LibC libc) {
        this.libc = libc;
    }

    @Override
    public void separate() throws KernelException {
        Outcome.orThrow("unshare", libc.unshare(CLONE_NEWNS));
        // A copy of shared mounts would pass on what is mounted in it to everybody.
        mount("mount --make-rslave /", NONE, Path.of("/"), null, MS_REC | MS_SLAVE, "");
    }

    @Override
    public void mount(Path source, Path target, String fsType, String options) throws KernelException {
        mount("mount " + fsType, PathBytes.of(source), target, fsType, MS_RDONLY | MS_NOSUID | MS_NODEV, options);
    }

    @Override
    public void mountMemory(Path target) throws KernelException {
        mount("mount tmpfs", NONE, target, "tmpfs", MS_NOSUID | MS_NODEV, "");
    }

    @Override
    public void bind(Path source, Path target) throws KernelException {
        mount("mount --bind", PathBytes.of(source), target, null, MS_BIND, "");
    }

    @Override
    public void unmount(Path target) throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            long path = Scratch.cString(arena, PathBytes.of(target)).address();
            Outcome.orThrow("umount", libc.umount(path, 0));
        }
    }

    private void mount(String call, byte[] source, Path target, String fsType, long flags, String options)
            throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            Outcome.orThrow(
                    call,
                    libc.mount(
                            Scratch.cString(arena, source).address(),
                            Scratch.cString(arena, PathBytes.of(target)).address(),
                            fsType == null ? 0 : text(arena, fsType),
                            flags,
                            text(arena, options)));
        }
    }

    private static long text(Arena arena, String text) {
        return Scratch.cString(arena, text.getBytes(StandardCharsets.US_ASCII)).address();
    }
}
