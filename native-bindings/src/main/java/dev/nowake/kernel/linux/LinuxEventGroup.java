package dev.nowake.kernel.linux;

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
 * again and again.
 */
final class LinuxEventGroup implements EventGroup {
    private static final int FAN_MARK_ADD = 0x1;
    private static final int FAN_MARK_REMOVE = 0x2;
    private static final int FAN_MARK_ONLYDIR = 0x8;
    private static final int FAN_MARK_MOUNT = 0x10;
    private static final int FAN_MARK_FILESYSTEM = 0x100;
    private static final long FAN_ACCESS = 0x1;
    private static final long FAN_EVENT_ON_CHILD = 0x0800_0000L;

    /**
     * 256 events. Each that was read holds an open descriptor until its turn at the sink: more would meet the limit of
     * open files (1,024 by default), and hold files open that nobody looks at.
     */
    private static final int DESCRIPTOR_BUFFER_BYTES = 256 * EventBuffer.METADATA_BYTES;

    /** Some 600 events of ordinary names; an event with the longest name takes 400 bytes. */
    private static final int NAME_BUFFER_BYTES = 64 << 10;

    private final LibC libc;
    private final GroupQueue queue;
    private final EventBuffer buffer;

    LinuxEventGroup(LibC libc, GroupQueue queue, Naming naming) {
        this.libc = libc;
        this.queue = queue;
        int size = naming == Naming.DESCRIPTOR ? DESCRIPTOR_BUFFER_BYTES : NAME_BUFFER_BYTES;
        this.buffer = new EventBuffer(Arena.ofAuto().allocate(size, 8), libc::close);
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
        queue.enter("fanotify_mark");
        try (Arena scratch = Arena.ofConfined()) {
            MemorySegment name = Scratch.cString(scratch, PathBytes.of(path));
            return libc.fanotifyMark(queue.group(), flags, bits, LibC.AT_FDCWD, name.address());
        } finally {
            queue.leave();
        }
    }

    @Override
    public FolderHandle handleOf(Path folder) throws KernelException {
        return FolderHandles.of(libc, folder);
    }

    @Override
    public int read(int timeoutMillis, Consumer<FileEvent> sink) throws KernelException {
        queue.enter("read");
        try {
            if (!queue.await(timeoutMillis)) {
                return 0;
            }
            long length = libc.read(queue.group(), buffer.address(), buffer.sizeBytes());
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
            queue.leave();
        }
    }

    @Override
    public void wake() {
        queue.wake();
    }

    @Override
    public void close() {
        queue.close();
    }
}
