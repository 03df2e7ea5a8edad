package dev.nowake.kernel.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.nowake.kernel.Errno;
import dev.nowake.kernel.Extent;
import dev.nowake.kernel.FileAccess;
import dev.nowake.kernel.FileStatus;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.OpenFile;
import dev.nowake.kernel.PathBytes;
import dev.nowake.kernel.libc.LibC;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Opening, statx(2), reading. */
final class LinuxFileAccess implements FileAccess {
    private static final int OPEN_FLAGS =
            OpenFlags.RDONLY | OpenFlags.CLOEXEC | OpenFlags.NOCTTY | OpenFlags.NONBLOCK | OpenFlags.NOATIME;
    private static final int SEEK_DATA = 3;
    private static final int SEEK_HOLE = 4;
    private static final int RWF_NOWAIT = 0x8;
    private static final int RWF_DONTCACHE = 0x80;

    private final LibC libc;

    LinuxFileAccess(LibC libc) {
        this.libc = libc;
    }

    @Override
    public OpenFile open(Path path) throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = Scratch.cString(arena, PathBytes.of(path));
            long fd = libc.open(name.address(), OPEN_FLAGS);
            if (Outcome.is(fd, Errno.EPERM)) { // O_NOATIME is for the owner alone
                fd = libc.open(name.address(), OPEN_FLAGS & ~OpenFlags.NOATIME);
            }
            return owned(Outcome.orThrow("open", fd));
        }
    }

    private OpenFile owned(long fd) {
        return new OpenFile((int) fd, libc::close);
    }

    @Override
    public OpenFile reopen(OpenFile file) throws KernelException {
        return open(Path.of("/proc/self/fd/" + file.fd()));
    }

    @Override
    public FileStatus status(OpenFile file) throws KernelException {
        return StatX.ofDescriptor(libc, file.fd());
    }

    @Override
    public FileStatus status(Path path) throws KernelException {
        return StatX.ofPath(libc, path);
    }

    @Override
    public Path path(OpenFile file) throws KernelException {
        MemorySegment scratch = Scratch.small();
        int half = Scratch.SMALL_BYTES / 2;
        byte[] link = ("/proc/self/fd/" + file.fd() + "\0").getBytes(StandardCharsets.US_ASCII);
        MemorySegment.copy(link, 0, scratch, JAVA_BYTE, half, link.length);
        long length = Outcome.orThrow("readlink", libc.readlink(scratch.address() + half, scratch.address(), half));
        return PathBytes.path(scratch.asSlice(0, length).toArray(JAVA_BYTE));
    }

    @Override
    public int read(OpenFile file, long offsetBytes, ByteBuffer target, ReadMode mode) throws KernelException {
        if (target.isReadOnly()) {
            throw new ReadOnlyBufferException();
        }
        if (!target.hasRemaining()) {
            return 0;
        }
        if (target.isDirect()) {
            MemorySegment memory = MemorySegment.ofBuffer(target);
            int moved = read(file, offsetBytes, memory.address(), memory.byteSize(), mode);
            target.position(target.position() + moved);
            return moved;
        }
        MemorySegment bulk = Scratch.bulk();
        int moved = read(file, offsetBytes, bulk.address(), Math.min(target.remaining(), bulk.byteSize()), mode);
        target.put(bulk.asSlice(0, moved).asByteBuffer());
        return moved;
    }

    private int read(OpenFile file, long offsetBytes, long address, long lengthBytes, ReadMode mode)
            throws KernelException {
        if (mode == ReadMode.NORMAL) {
            return (int) Outcome.orThrow("pread", libc.pread(file.fd(), address, lengthBytes, offsetBytes));
        }
        MemorySegment vector = Scratch.small();
        vector.set(JAVA_LONG, 0, address);
        vector.set(JAVA_LONG, 8, lengthBytes);
        int flag = mode == ReadMode.NOWAIT ? RWF_NOWAIT : RWF_DONTCACHE;
        return (int) Outcome.orThrow("preadv2", libc.preadv2(file.fd(), vector.address(), 1, offsetBytes, flag));
    }

    @Override
    public List<Extent> dataExtents(OpenFile file, long offsetBytes, long lengthBytes) throws KernelException {
        ByteSpan span = ByteSpan.clamped(offsetBytes, lengthBytes, status(file).sizeBytes());
        List<Extent> extents = new ArrayList<>();
        long position = span.start();
        while (position < span.end()) {
            long data = libc.lseek(file.fd(), position, SEEK_DATA);
            if (Outcome.is(data, Errno.ENXIO)) {
                break; // nothing but a hole up to the end
            }
            if (Outcome.is(data, Errno.EINVAL) || Outcome.is(data, Errno.EOPNOTSUPP)) {
                return List.of(new Extent(span.start(), span.length()));
            }
            if (Outcome.orThrow("lseek", data) >= span.end()) {
                break;
            }
            long hole = libc.lseek(file.fd(), data, SEEK_HOLE);
            if (Outcome.is(hole, Errno.ENXIO)) {
                break; // truncated between the two calls
            }
            long end = Math.min(Outcome.orThrow("lseek", hole), span.end());
            if (end <= data) {
                break;
            }
            extents.add(new Extent(data, end - data));
            position = end;
        }
        return List.copyOf(extents);
    }
}
