package dev.nowake.kernel.linux;

import dev.nowake.kernel.BulkFiles;
import dev.nowake.kernel.Errno;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.OpenFile;
import dev.nowake.kernel.PathBytes;
import dev.nowake.kernel.libc.LibC;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** open(2) with O_DIRECT, pwrite(2). */
final class LinuxBulkFiles implements BulkFiles {
    private static final int DIRECT_FLAGS = OpenFlags.RDONLY
            | OpenFlags.CLOEXEC
            | OpenFlags.NOCTTY
            | OpenFlags.NONBLOCK
            | OpenFlags.NOATIME
            | OpenFlags.DIRECT;

    private final LibC libc;

    LinuxBulkFiles(LibC libc) {
        this.libc = libc;
    }

    @Override
    public OpenFile openDirect(Path path) throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = Scratch.cString(arena, PathBytes.of(path));
            long fd = libc.open(name.address(), DIRECT_FLAGS);
            if (Outcome.is(fd, Errno.EPERM)) { // O_NOATIME is for the owner alone
                fd = libc.open(name.address(), DIRECT_FLAGS & ~OpenFlags.NOATIME);
            }
            return new OpenFile((int) Outcome.orThrow("open", fd), libc::close);
        }
    }

    @Override
    public int write(OpenFile file, long offsetBytes, ByteBuffer source) throws KernelException {
        if (!source.hasRemaining()) {
            return 0;
        }
        MemorySegment memory;
        if (source.isDirect()) {
            memory = MemorySegment.ofBuffer(source);
        } else {
            MemorySegment bulk = Scratch.bulk();
            int length = (int) Math.min(source.remaining(), bulk.byteSize());
            bulk.asByteBuffer().put(source.slice(source.position(), length));
            memory = bulk.asSlice(0, length);
        }
        int moved = (int)
                Outcome.orThrow("pwrite", libc.pwrite(file.fd(), memory.address(), memory.byteSize(), offsetBytes));
        source.position(source.position() + moved);
        return moved;
    }
}
