package dev.nowake.kernel.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.nowake.kernel.Errno;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.libc.LibC;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A fanotify group's descriptor and an eventfd that wakes its reader. Both are closed by whoever leaves last, so that
 * {@link #close} neither waits for a reader nor pulls a descriptor from under one.
 */
final class GroupQueue {
    private static final short POLLIN = 1;
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private final LibC libc;
    private final int group;
    private final int wakeUp;
    private final Arena arena = Arena.ofAuto();
    private final MemorySegment poll = arena.allocate(64, 8);
    private int users;
    private boolean closed;

    private GroupQueue(LibC libc, int group, int wakeUp) {
        this.libc = libc;
        this.group = group;
        this.wakeUp = wakeUp;
    }

    /** Owns {@code group} from now on, also where it throws. */
    static GroupQueue of(LibC libc, int group) throws KernelException {
        long wakeUp = libc.eventfd(0, OpenFlags.CLOEXEC | OpenFlags.NONBLOCK);
        if (wakeUp < 0) {
            libc.close(group);
            throw Outcome.failure("eventfd", wakeUp);
        }
        return new GroupQueue(libc, group, (int) wakeUp);
    }

    /** The descriptor; to be used between {@link #enter} and {@link #leave}. */
    int group() {
        return group;
    }

    /** False after the timeout, a wake-up or close. */
    boolean await(int timeoutMillis) throws KernelException {
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

    void wake() {
        if (tryEnter()) {
            signal();
            leave();
        }
    }

    private void signal() {
        try (Arena scratch = Arena.ofConfined()) {
            MemorySegment one = scratch.allocate(JAVA_LONG);
            one.set(JAVA_LONG, 0, 1);
            libc.write(wakeUp, one.address(), Long.BYTES);
        }
    }

    void close() {
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

    /** Closes at once, whoever is at work with it: their calls fail from then on, or act on a descriptor not ours. */
    synchronized void abandon() {
        boolean open = !closed || users > 0;
        closed = true;
        if (open) {
            users = Integer.MIN_VALUE / 2; // nobody is the last to leave
            libc.close(group);
            libc.close(wakeUp);
        }
    }

    void enter(String call) throws KernelException {
        if (!tryEnter()) {
            throw new KernelException(call, Errno.EBADF);
        }
    }

    /** False once closed. */
    synchronized boolean tryEnter() {
        if (closed) {
            return false;
        }
        users++;
        return true;
    }

    synchronized void leave() {
        users--;
        if (closed && users == 0) {
            libc.close(group);
            libc.close(wakeUp);
        }
    }
}
