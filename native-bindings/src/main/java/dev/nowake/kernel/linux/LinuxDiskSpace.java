package dev.nowake.kernel.linux;

import dev.nowake.kernel.DiskSpace;
import dev.nowake.kernel.Errno;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.PathBytes;
import dev.nowake.kernel.libc.LibC;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/** fallocate(2). */
final class LinuxDiskSpace implements DiskSpace {
    private static final int OPEN_FLAGS = OpenFlags.WRONLY | OpenFlags.CLOEXEC | OpenFlags.NOCTTY | OpenFlags.NONBLOCK;

    private final LibC libc;

    LinuxDiskSpace(LibC libc) {
        this.libc = libc;
    }

    @Override
    public boolean reserve(Path file, long offsetBytes, long lengthBytes) throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = Scratch.cString(arena, PathBytes.of(file));
            int fd = (int) Outcome.orThrow("open", libc.open(name.address(), OPEN_FLAGS));
            try {
                long done = libc.fallocate(fd, 0, offsetBytes, lengthBytes);
                if (Outcome.is(done, Errno.EOPNOTSUPP) || Outcome.is(done, Errno.ENOSYS)) {
                    return false;
                }
                Outcome.orThrow("fallocate", done);
                return true;
            } finally {
                libc.close(fd);
            }
        }
    }
}
