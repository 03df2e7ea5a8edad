package dev.nowake.agent.mirror.fill;

import java.util.concurrent.atomic.AtomicReference;

/**
 * What a stream does that may never end, because a remote need not answer. Whoever looks for overdue work and the stream
 * itself agree through the phase: what was abandoned while it was with the remote never comes to write anything.
 */
abstract class Work {
    private enum Phase {
        REMOTE,
        LOCAL,
        ABANDONED
    }

    /** Work that was abandoned: its stream ends, whatever it brought is thrown away. */
    @SuppressWarnings("serial")
    static final class Abandoned extends Exception {
        Abandoned() {
            super(null, null, false, false);
        }
    }

    private final AtomicReference<Phase> phase = new AtomicReference<>(Phase.REMOTE);
    private final long timeoutNanos;
    private final long diskNanos;
    private volatile long deadlineNanos;

    /** Of the stream that does it. Guarded by the filler's lock. */
    private Course course;

    Work(FillSettings settings, long nowNanos) {
        this.timeoutNanos = settings.timeout().toNanos();
        this.diskNanos = settings.diskTimeout().toNanos();
        this.deadlineNanos = nowNanos + timeoutNanos;
    }

    final Course course() {
        return course;
    }

    final void givenTo(Course stream) {
        course = stream;
    }

    /** One request to the remote begins. */
    final void ask() throws Abandoned {
        deadlineNanos = System.nanoTime() + timeoutNanos;
        if (phase.get() == Phase.ABANDONED) {
            throw new Abandoned();
        }
    }

    /** The remote has answered, and what follows is the local disk's. */
    final void enterLocal() throws Abandoned {
        if (!phase.compareAndSet(Phase.REMOTE, Phase.LOCAL)) {
            throw new Abandoned();
        }
        deadlineNanos = System.nanoTime() + diskNanos;
    }

    final void leaveLocal() {
        deadlineNanos = System.nanoTime() + timeoutNanos;
        phase.set(Phase.REMOTE);
    }

    /** False where it is not the remote that keeps it. */
    final boolean abandon() {
        return phase.compareAndSet(Phase.REMOTE, Phase.ABANDONED);
    }

    /** It is looked at again then. */
    final void postpone(long untilNanos) {
        deadlineNanos = untilNanos;
    }

    final boolean isAbandoned() {
        return phase.get() == Phase.ABANDONED;
    }

    final long deadlineNanos() {
        return deadlineNanos;
    }
}
