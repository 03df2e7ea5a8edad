package dev.nowake.kernel.linux;

import dev.nowake.kernel.Errno;
import dev.nowake.kernel.EventGroup;
import dev.nowake.kernel.FileEvents;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.libc.LibC;

/** fanotify_init(2). */
final class LinuxFileEvents implements FileEvents {
    private static final int FAN_CLOEXEC = 0x1;
    private static final int FAN_NONBLOCK = 0x2;
    private static final int FAN_UNLIMITED_MARKS = 0x20;
    private static final int FAN_REPORT_PIDFD = 0x80;
    private static final int FAN_REPORT_FD_ERROR = 0x2000;

    /**
     * Marks without limit, because every folder of a root carries one. The queue keeps its limit (16,384): a listener
     * that falls behind is told so by an overflow, where an unlimited queue would pin memory, and in the kernel at that.
     */
    static final int BASE_FLAGS = FAN_CLOEXEC | FAN_NONBLOCK | FAN_UNLIMITED_MARKS;

    /** FAN_REPORT_DIR_FID and FAN_REPORT_NAME. */
    static final int REPORT_DFID_NAME = 0xC00;

    /** O_NONBLOCK is left out: an open that meets our own lease would fail, where it now waits a microsecond. */
    static final int EVENT_FLAGS = OpenFlags.RDONLY | OpenFlags.CLOEXEC | OpenFlags.NOATIME;

    private final LibC libc;

    LinuxFileEvents(LibC libc) {
        this.libc = libc;
    }

    @Override
    public EventGroup open(Naming naming) throws KernelException {
        return open(naming, false);
    }

    @Override
    public EventGroup open(Naming naming, boolean withProcess) throws KernelException {
        int flags = BASE_FLAGS | (withProcess ? FAN_REPORT_PIDFD : 0);
        if (naming == Naming.HANDLE_AND_NAME) {
            return group(naming, libc.fanotifyInit(flags | REPORT_DFID_NAME, 0));
        }
        // With FD_ERROR (6.13) an event whose file cannot be opened says so; without, the event is lost.
        long fd = libc.fanotifyInit(flags | FAN_REPORT_FD_ERROR, EVENT_FLAGS);
        if (Outcome.is(fd, Errno.EINVAL)) {
            fd = libc.fanotifyInit(flags, EVENT_FLAGS);
        }
        return group(naming, fd);
    }

    private EventGroup group(Naming naming, long fd) throws KernelException {
        int group = (int) Outcome.orThrow("fanotify_init", fd);
        return new LinuxEventGroup(libc, GroupQueue.of(libc, group), naming);
    }
}
