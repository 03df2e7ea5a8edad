package dev.nowake.kernel.libc;

import java.util.Locale;

/**
 * The system calls nowake makes, with their numbers on the two 64-bit machines it runs on. The name is the kernel's; the
 * man page may know the call by that of the C library's wrapper.
 */
public enum SystemCall {
    OPENAT(257, 56),
    CLOSE(3, 57),
    READ(0, 63),
    WRITE(1, 64),
    PREAD64(17, 67),
    PWRITE64(18, 68),
    PREADV2(327, 286),
    LSEEK(8, 62),
    STATX(332, 291),
    STATFS(137, 43),
    FSTATFS(138, 44),
    FACCESSAT(269, 48),
    READLINKAT(267, 78),
    READAHEAD(187, 213),
    FADVISE64(221, 223),
    FALLOCATE(285, 47),
    FLOCK(73, 32),
    FDATASYNC(75, 83),
    MMAP(9, 222),
    MUNMAP(11, 215),
    MADVISE(28, 233),
    MINCORE(27, 232),
    CACHESTAT(451, 451),
    SENDFILE(40, 71),
    PIDFD_OPEN(434, 434),
    PIDFD_GETFD(438, 438),
    PROCESS_MADVISE(440, 440),
    SET_MEMPOLICY(238, 237),
    GET_MEMPOLICY(239, 236),
    MOVE_PAGES(279, 239),
    SCHED_SETAFFINITY(203, 122),
    SCHED_GETAFFINITY(204, 123),
    PPOLL(271, 73),
    FCNTL(72, 25),
    DUP3(292, 24),
    IOCTL(16, 29),
    FANOTIFY_INIT(300, 262),
    FANOTIFY_MARK(301, 263),
    NAME_TO_HANDLE_AT(303, 264),
    MEMFD_CREATE(319, 279),
    EVENTFD2(290, 19),
    SOCKET(41, 198),
    SENDTO(44, 206),
    GETPID(39, 172),
    GETTID(186, 178),
    GETEUID(107, 175),
    CAPGET(125, 90),
    UNSHARE(272, 97),
    MOUNT(165, 40),
    UMOUNT2(166, 39),

    /** For tests: the other end of a datagram. */
    BIND(49, 200),
    /** For tests: the other end of a datagram. */
    RECVFROM(45, 207),
    /** For tests: a thread that has fewer rights. Acts on the calling thread alone, unlike the C function. */
    SETRESUID(117, 147);

    private final int number;

    SystemCall(int x86, int arm) {
        this.number = isArm() ? arm : x86;
    }

    /** The number on the running machine. */
    public int number() {
        return number;
    }

    /** The name as messages show it. */
    public String symbol() {
        return name().toLowerCase(Locale.ROOT);
    }

    private static boolean isArm() {
        return System.getProperty("os.arch").equals("aarch64");
    }
}
