package dev.nowake.kernel.linux;

/** Flags of open(2). Those that differ between machines are computed. */
final class OpenFlags {
    static final int RDONLY = 0;
    static final int WRONLY = 1;
    static final int NOCTTY = 0x100;
    static final int NONBLOCK = 0x800;
    static final int NOATIME = 0x40000;
    static final int CLOEXEC = 0x80000;

    /** The kernel's own value: the C library shows 0 on 64-bit, but fanotify_init wants the real one. */
    static final int LARGEFILE = System.getProperty("os.arch").equals("aarch64") ? 0x20000 : 0x8000;

    private OpenFlags() {}
}
