package dev.nowake.kernel.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.nowake.kernel.Errno;
import dev.nowake.kernel.EventGroup;
import dev.nowake.kernel.FileEvent;
import dev.nowake.kernel.FileEvents.Naming;
import dev.nowake.kernel.FolderHandle;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.PathBytes;
import dev.nowake.kernel.libc.LibC;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * One fanotify group: poll(2) on the group and on an eventfd that wakes it, then one read(2) into a buffer that is used
 * again and again. The descriptors are closed by whoever leaves last, so that {@link #close} neither waits for a reader
 * nor pulls a descriptor from under one.
 */
final class LinuxEventGroup implements EventGroup {
    private static final int FAN_MARK_ADD = 0x1;
    private static final int FAN_MARK_REMOVE = 0x2;
    private static final int FAN_MARK_ONLYDIR = 0x8;
    private static final int FAN_MARK_MOUNT = 0x10;
    private static final int FAN_MARK_FILESYSTEM = 0x100;
    private static final long FAN_ACCESS = 0x1;
    private static final long FAN_EVENT_ON_CHILD = 0x0800_0000L;
    private static final short POLLIN = 1;
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    /**
     * 256 events. Each that was read holds an open descriptor until its turn at the sink: more would meet the limit of
     * open files (1,024 by default), and hold files open that nobody looks at.
     */
    private static final int DESCRIPTOR_BUFFER_BYTES = 256 * EventBuffer.METADATA_BYTES;

    /** Some 600 events of ordinary names; an event with the longest name takes 400 bytes. */
    private static final int NAME_BUFFER_BYTES = 64 << 10;

    private final LibC libc;
    private final int group;
    private final int wakeUp;
    private final Naming naming;
    private final Arena arena = Arena.ofAuto();
    private final MemorySegment poll = arena.allocate(64, 8);
    private final EventBuffer buffer;
    private int users;
    private boolean closed;

    LinuxEventGroup(LibC libc, int group, int wakeUp, Naming naming) {
        this.libc = libc;
        this.group = group;
        this.wakeUp = wakeUp;
        this.naming = naming;
        int size = naming == Naming.DESCRIPTOR ? DESCRIPTOR_BUFFER_BYTES : NAME_BUFFER_BYTES;
        this.buffer = new EventBuffer(arena.allocate(size, 8), libc::close);
    }

    @Override
    public void mark(Scope scope, Path path, long mask) throws KernelException {
        Outcome.orThrow("fanotify_mark", change(FAN_MARK_ADD, scope, path, mask));
    }

    @Override
    public void unmark(Scope scope, Path path, long mask) throws KernelException {
        long result = change(FAN_MARK_REMOVE, scope, path, mask);
        if (!Outcome.is(result, Errno.ENOENT)) {
            Outcome.orThrow("fanotify_mark", result);
        }
    }

    /**
     * Takes a bit out that no mark of ours has: the kernel refuses where there is no mark at all. That bit alone, for with
     * FAN_EVENT_ON_CHILD beside it the mark would be deaf to the folder's files from then on.
     */
    @Override
    public boolean isMarked(Scope scope, Path path) throws KernelException {
        long result = change(FAN_MARK_REMOVE, scope == Scope.DIRECTORY ? Scope.INODE : scope, path, FAN_ACCESS);
        if (Outcome.is(result, Errno.ENOENT)) {
            return false;
        }
        Outcome.orThrow("fanotify_mark", result);
        return true;
    }

    private long change(int action, Scope scope, Path path, long mask) throws KernelException {
        int flags = switch (scope) {
            case INODE -> action;
            case DIRECTORY -> action | FAN_MARK_ONLYDIR;
            case MOUNT -> action | FAN_MARK_MOUNT;
            case FILESYSTEM -> action | FAN_MARK_FILESYSTEM;
        };
        long bits = scope == Scope.DIRECTORY ? mask | FAN_EVENT_ON_CHILD : mask;
        enter("fanotify_mark");
        try (Arena scratch = Arena.ofConfined()) {
            MemorySegment name = Scratch.cString(scratch, PathBytes.of(path));
            return libc.fanotifyMark(group, flags, bits, LibC.AT_FDCWD, name.address());
        } finally {
            leave();
        }
    }

    @Override
    public FolderHandle handleOf(Path folder) throws KernelException {
        return FolderHandles.of(libc, folder);
    }

    @Override
    public int read(int timeoutMillis, Consumer<FileEvent> sink) throws KernelException {
        enter("read");
        try {
            if (!awaitEvents(timeoutMillis)) {
                return 0;
            }
            long length = libc.read(group, buffer.address(), buffer.sizeBytes());
            if (Outcome.is(length, Errno.EAGAIN)) {
                return 0;
            }
            if (Outcome.is(length, Errno.EINVAL)
                    || Outcome.is(length, Errno.EFAULT)
                    || Outcome.is(length, Errno.EBADF)) {
                throw Outcome.failure("read", length);
            }
            if (length < 0) { // one event's file could not be opened (EMFILE, ENOMEM, EACCES...) and the event is gone
                sink.accept(new FileEvent(FileEvent.OVERFLOW, 0, null, null, null));
                return 1;
            }
            return buffer.deliver((int) length, sink);
        } finally {
            leave();
        }
    }

    /** False after the timeout, a wake-up or close. */
    private boolean awaitEvents(int timeoutMillis) throws KernelException {
        long deadline = System.nanoTime() + timeoutMillis * 1_000_000L;
        while (true) {
            long left = timeoutMillis < 0 ? -1 : Math.max(0, deadline - System.nanoTime());
            long ready = poll(left);
            if (ready != LibC.INTERRUPTED) {
                Outcome.orThrow("poll", ready);
                boolean woken = poll.get(JAVA_SHORT, 14) != 0;
                if (woken) {
                    libc.read(wakeUp, poll.address() + 32, Long.BYTES);
                }
                return ready > 0 && !woken;
            }
        }
    }

    /** Two struct pollfd, then a timespec, then the eventfd's count. */
    private long poll(long nanos) {
        poll.set(JAVA_INT, 0, group);
        poll.set(JAVA_SHORT, 4, POLLIN);
        poll.set(JAVA_SHORT, 6, (short) 0);
        poll.set(JAVA_INT, 8, wakeUp);
        poll.set(JAVA_SHORT, 12, POLLIN);
        poll.set(JAVA_SHORT, 14, (short) 0);
        poll.set(JAVA_LONG, 16, nanos / NANOS_PER_SECOND);
        poll.set(JAVA_LONG, 24, nanos % NANOS_PER_SECOND);
        return libc.ppoll(poll.address(), 2, nanos < 0 ? 0 : poll.address() + 16);
    }

    @Override
    public void wake() {
        synchronized (this) {
            if (closed) {
                return;
            }
            users++;
        }
        signal();
        leave();
    }

    private void signal() {
        try (Arena scratch = Arena.ofConfined()) {
            MemorySegment one = scratch.allocate(JAVA_LONG);
            one.set(JAVA_LONG, 0, 1);
            libc.write(wakeUp, one.address(), Long.BYTES);
        }
    }

    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            users++;
        }
        signal();
        leave();
    }

    private synchronized void enter(String call) throws KernelException {
        if (closed) {
            throw new KernelException(call, Errno.EBADF);
        }
        users++;
    }

    private synchronized void leave() {
        users--;
        if (closed && users == 0) {
            libc.close(group);
            libc.close(wakeUp);
        }
    }
}
