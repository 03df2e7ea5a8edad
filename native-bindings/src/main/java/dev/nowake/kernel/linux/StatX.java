package dev.nowake.kernel.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.nowake.kernel.FileStatus;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.PathBytes;
import dev.nowake.kernel.libc.LibC;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/** struct statx of statx(2). */
final class StatX {
    private static final int AT_EMPTY_PATH = 0x1000;
    private static final int AT_STATX_DONT_SYNC = 0x4000;
    private static final int STATX_BASIC_STATS = 0x7ff;
    private static final long NANOS_PER_SECOND = 1_000_000_000L;
    private static final int BLOCK_BYTES = 512;
    private static final int STRUCT_BYTES = 256;

    private StatX() {}

    static FileStatus ofDescriptor(LibC libc, int fd) throws KernelException {
        return ofDescriptor(libc, fd, AT_EMPTY_PATH);
    }

    /** As the kernel knows it now: a server that hangs, or takes its time, is not asked. */
    static FileStatus known(LibC libc, int fd) throws KernelException {
        return ofDescriptor(libc, fd, AT_EMPTY_PATH | AT_STATX_DONT_SYNC);
    }

    private static FileStatus ofDescriptor(LibC libc, int fd, int flags) throws KernelException {
        MemorySegment stat = Scratch.small();
        stat.set(JAVA_BYTE, STRUCT_BYTES, (byte) 0); // the empty path
        Outcome.orThrow(
                "statx", libc.statx(fd, stat.address() + STRUCT_BYTES, flags, STATX_BASIC_STATS, stat.address()));
        return decode(stat);
    }

    static FileStatus ofPath(LibC libc, Path path) throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = Scratch.cString(arena, PathBytes.of(path));
            MemorySegment stat = Scratch.small();
            Outcome.orThrow("statx", libc.statx(LibC.AT_FDCWD, name.address(), 0, STATX_BASIC_STATS, stat.address()));
            return decode(stat);
        }
    }

    private static FileStatus decode(MemorySegment stat) {
        return new FileStatus(
                device(stat.get(JAVA_INT, 136), stat.get(JAVA_INT, 140)),
                stat.get(JAVA_LONG, 32),
                stat.get(JAVA_SHORT, 28) & 0xffff,
                stat.get(JAVA_INT, 16) & 0xffff_ffffL,
                stat.get(JAVA_LONG, 40),
                stat.get(JAVA_LONG, 48) * BLOCK_BYTES,
                stat.get(JAVA_LONG, 112) * NANOS_PER_SECOND + stat.get(JAVA_INT, 120),
                stat.get(JAVA_INT, 20));
    }

    /** makedev(3). */
    static long device(int major, int minor) {
        long high = major & 0xffff_ffffL;
        long low = minor & 0xffff_ffffL;
        return (high & 0xffff_f000L) << 32 | (high & 0xfff) << 8 | (low & 0xffff_ff00L) << 12 | (low & 0xff);
    }
}
