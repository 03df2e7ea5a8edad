package dev.nowake.agent.mirror.fill;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;

/** The thread that looks for work that takes longer than it may: the only one that never waits for a file. */
final class Overdue {
    /** How often a write that takes too long is looked at again, for readers that have come meanwhile. */
    private static final long LATE_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** How often it is looked whether readers of a file wait for streams that wait for the remote. */
    private static final long RELIEF_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    private final Shared shared;
    private final Streams streams;
    private final Condition begins;
    private boolean runs;

    Overdue(Shared shared, Streams streams) {
        this.shared = shared;
        this.streams = streams;
        this.begins = shared.lock.newCondition();
    }

    /** Something is under way. Lock held. */
    void look() {
        if (!runs) {
            runs = shared.begin("overdue", this::run);
        } else if (streams.underWay().size() == 1) {
            begins.signal();
        }
    }

    /** Lock held. */
    void stop() {
        begins.signal();
    }

    private void run() {
        Answers answers = new Answers();
        while (round(answers)) {
            streams.outcomes().tell(answers);
            answers = new Answers();
        }
    }

    /** Waits until something is due, and does it. False where the thread is to end. */
    private boolean round(Answers answers) {
        shared.lock.lock();
        try {
            long wait = streams.underWay().isEmpty() ? shared.settings.idle().toNanos() : waitNanos(System.nanoTime());
            while (wait > 0) {
                long left = begins.awaitNanos(wait);
                if (shared.closed || streams.underWay().isEmpty() && left <= 0) {
                    runs = false;
                    return false;
                }
                streams.relieve();
                wait = streams.underWay().isEmpty() ? shared.settings.idle().toNanos() : waitNanos(System.nanoTime());
            }
            long now = System.nanoTime();
            for (Work work : List.copyOf(streams.underWay())) {
                if (now - work.deadlineNanos() >= 0) {
                    end(work, now, answers);
                }
            }
            return true;
        } catch (InterruptedException nobodyDoes) {
            runs = false;
            return false;
        } finally {
            shared.lock.unlock();
        }
    }

    private void end(Work work, long now, Answers answers) {
        if (work.abandon()) {
            streams.abandon(work, answers);
        } else if (work instanceof Fetch fetch) {
            work.postpone(now + LATE_NANOS);
            streams.outcomes().late(fetch, answers);
        }
    }

    /** Until the first deadline; 0 where one is over. What begins meanwhile has a later one. */
    private long waitNanos(long now) {
        long wait = shared.book.isStarved()
                ? RELIEF_NANOS
                : shared.settings.timeout().toNanos();
        for (Work work : streams.underWay()) {
            wait = Math.min(wait, Math.max(0, work.deadlineNanos() - now));
        }
        return wait;
    }
}
