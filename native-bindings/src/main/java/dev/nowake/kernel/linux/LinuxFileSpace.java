package dev.nowake.kernel.linux;

import dev.nowake.kernel.Errno;
import dev.nowake.kernel.FileSpace;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.OpenFile;
import dev.nowake.kernel.PathBytes;
import dev.nowake.kernel.libc.LibC;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/** fallocate(2), flock(2). */
final class LinuxFileSpace implements FileSpace {
    private static final int FALLOC_FL_KEEP_SIZE = 1;
    private static final int FALLOC_FL_PUNCH_HOLE = 2;

    private static final int LOCK_EX = 2;
    private static final int LOCK_NB = 4;

    private final LibC libc;

    LinuxFileSpace(LibC libc) {
        this.libc = libc;
    }

    @Override
    public OpenFile openForWriting(Path path) throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = Scratch.cString(arena, PathBytes.of(path));
            int flags = OpenFlags.RDWR | OpenFlags.CLOEXEC | OpenFlags.NOCTTY | OpenFlags.NOFOLLOW | OpenFlags.NONBLOCK;
            return new OpenFile((int) Outcome.orThrow("open", libc.open(name.address(), flags)), libc::close);
        }
    }

    @Override
    public boolean tryLock(OpenFile file) throws KernelException {
        long done = libc.flock(file.fd(), LOCK_EX | LOCK_NB);
        if (Outcome.is(done, Errno.EAGAIN)) {
            return false;
        }
        Outcome.orThrow("flock", done);
        return true;
    }

    @Override
    public void sync(OpenFile file) throws KernelException {
        Outcome.orThrow("fdatasync", libc.fdatasync(file.fd()));
    }

    @Override
    public boolean reserve(OpenFile file, long offsetBytes, long lengthBytes) throws KernelException {
        long done = libc.fallocate(file.fd(), 0, offsetBytes, lengthBytes);
        if (Outcome.is(done, Errno.EOPNOTSUPP) || Outcome.is(done, Errno.ENOSYS)) {
            return false;
        }
        Outcome.orThrow("fallocate", done);
        return true;
    }

    @Override
    public void allocate(OpenFile file, long offsetBytes, long lengthBytes) throws KernelException {
        Outcome.orThrow("fallocate", libc.fallocate(file.fd(), FALLOC_FL_KEEP_SIZE, offsetBytes, lengthBytes));
    }

    @Override
    public void punch(OpenFile file, long offsetBytes, long lengthBytes) throws KernelException {
        int mode = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE;
        Outcome.orThrow("fallocate", libc.fallocate(file.fd(), mode, offsetBytes, lengthBytes));
    }
}
