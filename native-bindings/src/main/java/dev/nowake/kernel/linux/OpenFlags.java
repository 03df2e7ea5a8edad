package dev.nowake.kernel.linux;

/** Flags of open(2), which are the same on x86_64 and aarch64; 64-bit kernels add O_LARGEFILE themselves. */
final class OpenFlags {
    static final int RDONLY = 0;
    static final int WRONLY = 1;
    static final int NOCTTY = 0x100;
    static final int NONBLOCK = 0x800;
    static final int NOATIME = 0x40000;
    static final int CLOEXEC = 0x80000;

    private OpenFlags() {}
}
