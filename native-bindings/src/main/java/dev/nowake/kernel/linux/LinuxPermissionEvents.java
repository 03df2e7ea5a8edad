package dev.nowake.kernel.linux;

import dev.nowake.kernel.Errno;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.PermissionEvents;
import dev.nowake.kernel.PermissionGroup;
import dev.nowake.kernel.libc.LibC;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** fanotify_init(2) for the classes whose events want an answer. */
final class LinuxPermissionEvents implements PermissionEvents {
    private static final int FAN_CLASS_CONTENT = 0x4;
    private static final int FAN_CLASS_PRE_CONTENT = 0x8;
    private static final int FAN_UNLIMITED_QUEUE = 0x10;

    /** Never an overflow: each event is a caller that waits anyway. */
    private static final int BASE_FLAGS = LinuxFileEvents.BASE_FLAGS | FAN_UNLIMITED_QUEUE;

    static final int OPENS_FLAGS = BASE_FLAGS | FAN_CLASS_CONTENT;
    static final int RANGES_FLAGS = BASE_FLAGS | FAN_CLASS_PRE_CONTENT;

    /** For reading: an event of a file below a mount that is read-only is refused by the kernel where it cannot be opened so. */
    private static final int EVENT_FLAGS = OpenFlags.RDONLY | OpenFlags.CLOEXEC | OpenFlags.NOATIME;

    private final LibC libc;

    LinuxPermissionEvents(LibC libc) {
        this.libc = libc;
    }

    @Override
    public PermissionGroup open(Kind kind) throws KernelException {
        int flags = kind == Kind.RANGES ? RANGES_FLAGS : OPENS_FLAGS;
        return group(Outcome.orThrow("fanotify_init", libc.fanotifyInit(flags, EVENT_FLAGS)));
    }

    @Override
    public PermissionGroup takeOver(int pid, int fd) throws KernelException {
        int process = (int) Outcome.orThrow("pidfd_open", libc.pidfdOpen(pid));
        try {
            int group = (int) Outcome.orThrow("pidfd_getfd", libc.pidfdGetfd(process, fd));
            if (!isGroup(group)) {
                libc.close(group);
                throw new KernelException("pidfd_getfd", Errno.EINVAL);
            }
            return group(group);
        } finally {
            libc.close(process);
        }
    }

    private static boolean isGroup(int fd) {
        try {
            return Files.readSymbolicLink(Path.of("/proc/self/fd/" + fd))
                    .toString()
                    .equals("anon_inode:[fanotify]");
        } catch (IOException unknown) {
            return false;
        }
    }

    private PermissionGroup group(long fd) throws KernelException {
        return new LinuxPermissionGroup(libc, GroupQueue.of(libc, (int) fd));
    }
}
