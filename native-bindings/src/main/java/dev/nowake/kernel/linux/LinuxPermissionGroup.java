package dev.nowake.kernel.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.nowake.kernel.Errno;
import dev.nowake.kernel.FileStatus;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.OpenFile;
import dev.nowake.kernel.PermissionGroup;
import dev.nowake.kernel.libc.LibC;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.BitSet;

/**
 * fanotify(7) permission events. An event is known by the number of its descriptor, so that stays open until the answer;
 * what waits is kept in a set of numbers, because a second answer would close whatever has that number by then.
 */
final class LinuxPermissionGroup implements PermissionGroup {
    private static final int FAN_MARK_ADD = 0x1;
    private static final int FAN_MARK_REMOVE = 0x2;
    private static final int FAN_ALLOW = 1;
    private static final int FAN_DENY = 2;
    private static final int ERRNO_SHIFT = 24;
    private static final int EVENTS_PER_READ = 128;
    private static final int F_DUPFD_CLOEXEC = 1030;
    private static final int O_CLOEXEC = 0x8_0000;

    /** An event as it was read. */
    record Waiting(long mask, int fd, int pid, long offsetBytes, long lengthBytes) {}

    /** Descriptor 0 is borrowed while a program starts: one at a time. */
    private static final Object STANDARD_INPUT = new Object();

    private final LibC libc;
    private final GroupQueue queue;
    private final PermissionBuffer buffer = new PermissionBuffer(EVENTS_PER_READ);
    private final BitSet waiting = new BitSet();
    private final Inherited inherited = new Inherited();

    LinuxPermissionGroup(LibC libc, GroupQueue queue) {
        this.libc = libc;
        this.queue = queue;
    }

    @Override
    public void mark(OpenFile file, long mask) throws KernelException {
        queue.enter("fanotify_mark");
        try {
            Outcome.orThrow("fanotify_mark", libc.fanotifyMark(queue.group(), FAN_MARK_ADD, mask, file.fd(), 0));
        } finally {
            queue.leave();
        }
    }

    @Override
    public void unmark(OpenFile file, long mask) throws KernelException {
        queue.enter("fanotify_mark");
        try {
            long result = libc.fanotifyMark(queue.group(), FAN_MARK_REMOVE, mask, file.fd(), 0);
            if (!Outcome.is(result, Errno.ENOENT)) {
                Outcome.orThrow("fanotify_mark", result);
            }
        } finally {
            queue.leave();
        }
    }

    @Override
    public int read(int timeoutMillis, int limit, Sink sink) throws KernelException {
        queue.enter("read");
        try {
            int late = inherited.takeLate(event -> hand(event, sink));
            if (late > 0) {
                return late;
            }
            if (!queue.await(timeoutMillis)) {
                return 0;
            }
            long size = Math.clamp(limit, 1, EVENTS_PER_READ) * (long) PermissionBuffer.EVENT_BYTES;
            long length = libc.read(queue.group(), buffer.address(), size);
            if (Outcome.is(length, Errno.EAGAIN)) {
                return 0;
            }
            Outcome.orThrow("read", length);
            return buffer.deliver((int) length, (mask, fd, pid, offset, count) -> {
                Waiting event = new Waiting(mask, fd, pid, offset, count);
                if (fd >= 0 && !inherited.defers(event)) { // else the kernel could not open the file, and has said no
                    hand(event, sink);
                }
            });
        } finally {
            queue.leave();
        }
    }

    private void hand(Waiting event, Sink sink) {
        int fd = event.fd();
        synchronized (waiting) {
            waiting.set(fd);
        }
        try {
            FileStatus file = StatX.known(libc, fd);
            sink.waiting(fd, new Request(event.mask(), event.pid(), file, event.offsetBytes(), event.lengthBytes()));
        } catch (KernelException | RuntimeException unanswerable) {
            deny(fd, Errno.EIO);
        } catch (Error broken) {
            deny(fd, Errno.EIO); // one that is not answered waits for ever
            throw broken;
        }
    }

    @Override
    public void allow(int event) {
        answer(event, FAN_ALLOW);
    }

    @Override
    public void deny(int event, Errno errno) {
        answer(event, FAN_DENY | errno.number() << ERRNO_SHIFT);
    }

    private void answer(int event, int response) {
        synchronized (waiting) {
            if (!waiting.get(event)) {
                return;
            }
            waiting.clear(event);
        }
        if (queue.tryEnter()) {
            try {
                letGo(event);
                if (Outcome.is(write(event, response), Errno.EINVAL)) {
                    write(event, FAN_DENY);
                }
            } finally {
                queue.leave();
            }
        }
        libc.close(event);
    }

    /**
     * The descriptor is not the file's any more when the caller goes on: one that asks for a write lease next would be told that
     * somebody has the file open. Its number stays taken, because the kernel knows the event by it.
     */
    private void letGo(int event) {
        libc.dup3(queue.group(), event, O_CLOEXEC);
    }

    /** struct fanotify_response. */
    private long write(int event, int response) {
        MemorySegment answer = Scratch.small();
        answer.set(JAVA_INT, 0, event);
        answer.set(JAVA_INT, 4, response);
        return libc.write(queue.group(), answer.address(), 8);
    }

    @Override
    public void inherit(int event) {
        if (queue.tryEnter()) {
            try {
                long copy = libc.fcntl(queue.group(), F_DUPFD_CLOEXEC, event);
                if (copy >= 0 && copy != event) {
                    libc.close((int) copy);
                }
                inherited.add(event, copy == event);
            } finally {
                queue.leave();
            }
        }
    }

    @Override
    public boolean answerInherited(int event, Errno errno) {
        if (!queue.tryEnter()) {
            return false;
        }
        try {
            int response = errno == null ? FAN_ALLOW : FAN_DENY | errno.number() << ERRNO_SHIFT;
            boolean waited = write(event, response) >= 0;
            if (inherited.remove(event)) {
                libc.close(event);
            }
            return waited;
        } finally {
            queue.leave();
            queue.wake();
        }
    }

    /** The JDK passes a child its first three descriptors and no others, so the group becomes the first for a moment. */
    @Override
    public Process lend(ProcessBuilder program) throws IOException {
        queue.enter("dup3");
        try {
            synchronized (STANDARD_INPUT) {
                long saved = libc.fcntl(0, F_DUPFD_CLOEXEC, 3);
                if (saved < 0 && !Outcome.is(saved, Errno.EBADF)) {
                    throw Outcome.failure("fcntl", saved);
                }
                try {
                    Outcome.orThrow("dup3", libc.dup3(queue.group(), 0, 0));
                    return program.redirectInput(ProcessBuilder.Redirect.INHERIT)
                            .start();
                } finally {
                    giveStandardInputBack((int) saved);
                }
            }
        } finally {
            queue.leave();
        }
    }

    /** @param saved negative where there was none */
    private void giveStandardInputBack(int saved) {
        if (saved < 0) {
            libc.close(0);
        } else {
            libc.dup3(saved, 0, 0);
            libc.close(saved);
        }
    }

    @Override
    public void wake() {
        queue.wake();
    }

    @Override
    public void close() {
        queue.close();
        closeEvents();
    }

    @Override
    public void abandon() {
        queue.abandon();
        closeEvents();
    }

    private void closeEvents() {
        synchronized (waiting) {
            waiting.stream().forEach(libc::close);
            waiting.clear();
        }
    }
}
