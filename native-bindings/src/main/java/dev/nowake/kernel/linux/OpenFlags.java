package dev.nowake.kernel.linux;

/** Flags of open(2). 64-bit kernels add O_LARGEFILE themselves. */
final class OpenFlags {
    static final int RDONLY = 0;
    static final int WRONLY = 1;
    static final int RDWR = 2;
    static final int NOCTTY = 0x100;
    static final int NONBLOCK = 0x800;
    static final int NOATIME = 0x40000;
    static final int CLOEXEC = 0x80000;

    /** The numbers differ between machines. */
    static final int DIRECT = isArm() ? 0x1_0000 : 0x4000;

    static final int NOFOLLOW = isArm() ? 0x8000 : 0x2_0000;

    /** A file without a name. Contains O_DIRECTORY, which differs between machines. */
    static final int TMPFILE = 0x40_0000 | (isArm() ? 0x4000 : 0x1_0000);

    private OpenFlags() {}

    private static boolean isArm() {
        return System.getProperty("os.arch").equals("aarch64");
    }
}
