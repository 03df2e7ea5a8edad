package dev.nowake.agent.mirror.fill;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;

/**
 * A mirror's threads: as many as it has streams, made when there is something to fetch, gone when there was nothing for a
 * while. One that waits for the remote longer than it may is abandoned, because nothing can call it back, and another takes
 * its place; there are never more than twice as many as streams. Called with the lock held, where it does
 * not say otherwise.
 */
final class Streams {
    /** A due time is rounded up to it, so that no thread spins where a piece is due and its file is being opened. */
    private static final long LEAST_WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    /** A piece of 4 MiB at 2 MB/s. */
    static final long SLOW_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final Shared shared;
    private final Condition work;
    private final Condition ends;
    private final Overdue overdue;
    private final List<Work> underWay = new ArrayList<>();
    private PieceFetcher fetcher;
    private Outcomes outcomes;
    private int living;
    private int idle;
    private int abandoned;
    private int number;

    /** Streams there may be: fewer than asked for where there was no memory for them. */
    private int places;

    Streams(Shared shared) {
        this.shared = shared;
        this.work = shared.lock.newCondition();
        this.ends = shared.lock.newCondition();
        this.overdue = new Overdue(shared, this);
        this.places = shared.settings.streams();
    }

    /** Before anything else. */
    void serve(PieceFetcher fetcher, Outcomes outcomes) {
        this.fetcher = fetcher;
        this.outcomes = outcomes;
    }

    /**
     * There may be something to do: a thread that waits for it is woken, or a new one made where there may be one. False
     * where there is none, and none can be made.
     */
    boolean hire() {
        if (shared.closed || !shared.book.hasNext(System.nanoTime())) {
            return true;
        }
        if (idle > 0) {
            work.signalAll(); // one of them may be on the way to what is wanted
        } else if (mayHire()) {
            living++;
            try {
                shared.thread(Integer.toString(number++), new Stream(shared, this, fetcher, outcomes))
                        .start();
            } catch (Throwable noThread) {
                living--;
                places = Math.max(1, living);
            }
        }
        return living > 0;
    }

    private boolean mayHire() {
        return living + abandoned < 2 * shared.settings.streams()
                && (living < places || living - slow() < places && shared.book.isStarved());
    }

    /** Streams that wait for one answer for so long that others should not wait for them. */
    private int slow() {
        long since = System.nanoTime() + shared.settings.timeout().toNanos() - SLOW_NANOS;
        int slow = 0;
        for (Work work : underWay) {
            slow += work.deadlineNanos() - since < 0 ? 1 : 0;
        }
        return slow;
    }

    /**
     * Streams that wait for an answer are all there are, and readers of another file wait for one of them: then such a file gets
     * one beyond the number.
     */
    void relieve() {
        if (shared.book.isStarved()) {
            hire();
        }
    }

    /** Why nobody can be served; null where somebody can. */
    Fault stuck() {
        return living > 0 || mayHire()
                ? null
                : new Fault(
                        FailureKind.STUCK,
                        "the remote of the mirror " + shared.settings.name() + " does not answer: " + abandoned
                                + " requests wait for it, and no more are made until one returns");
    }

    int living() {
        return living;
    }

    int abandoned() {
        return abandoned;
    }

    List<Work> underWay() {
        return underWay;
    }

    /** The next thing to do. Waits; null where the calling thread is to end, and does not count any more. Lock not held. */
    Work take(Seat seat) {
        shared.lock.lock();
        try {
            long idleSince = System.nanoTime();
            while (true) {
                long now = System.nanoTime();
                Work next = shared.closed ? null : next(seat, now);
                if (next != null) {
                    next.givenTo(seat.course());
                    underWay.add(next);
                    overdue.look();
                    hire();
                    return next;
                }
                long due = Math.min(shared.book.waitNanos(now), shared.open.waitNanos(now));
                due = Math.min(due, seat.waitNanos(now));
                boolean isNeeded = living == 1 && due < Long.MAX_VALUE;
                long rest = shared.settings.idle().toNanos() - (now - idleSince);
                if (shared.closed || rest <= 0 && !isNeeded) {
                    seat.course().leave();
                    gone();
                    return null;
                }
                pause(seat.course(), Math.min(isNeeded ? Long.MAX_VALUE : rest, due));
            }
        } finally {
            shared.lock.unlock();
        }
    }

    private Work next(Seat seat, long now) {
        Closing closing = shared.open.nextClosing(shared.book, now);
        if (closing != null) {
            return closing;
        }
        Fetch fetch =
                living > places ? shared.book.nextStarved(seat.course(), now) : shared.book.next(seat.course(), now);
        if (fetch == null && seat.waitNanos(now) <= 0) {
            return new Closing(seat::leave, shared.settings, now);
        }
        if (fetch != null && !fetch.isNeeded() && fetch.file().failureOf(fetch.piece()) != null) {
            shared.tally.retries.increment();
        }
        return fetch;
    }

    private void pause(Course course, long nanos) {
        idle++;
        course.waits(true);
        try {
            work.awaitNanos(Math.max(nanos, LEAST_WAIT_NANOS));
        } catch (InterruptedException nobodyDoes) {
            Thread.currentThread().interrupt();
        } finally {
            course.waits(false);
            idle--;
        }
    }

    private void gone() {
        living--;
        ends.signalAll();
    }

    /** What came of the work counts; false where it has been abandoned. */
    boolean settle(Work done) {
        return underWay.remove(done);
    }

    /**
     * A thread comes back that was abandoned, and ends; or one ends that has no memory to work in. Lock not held.
     *
     * @param late what it was abandoned with; null where it was not
     */
    void ended(Work late) {
        shared.lock.lock();
        try {
            if (late != null) {
                abandoned--;
                if (late instanceof Fetch fetch) {
                    shared.book.returned(fetch);
                }
                ends.signalAll();
            } else {
                gone();
                places = Math.max(1, living);
            }
            hire();
        } finally {
            shared.lock.unlock();
        }
    }

    /** The remote keeps the work for too long. Whoever waits for it is told why. */
    void abandon(Work late, Answers answers) {
        underWay.remove(late);
        late.course().leave();
        living--;
        abandoned++;
        shared.tally.abandoned.increment();
        if (late instanceof Fetch fetch) {
            outcomes.timedOut(fetch, answers);
            shared.book.lost(fetch, answers.ready());
        }
        Fault nobody = stuck();
        if (nobody != null) {
            outcomes.failEverybody(nobody, answers);
        }
        hire();
    }

    Outcomes outcomes() {
        return outcomes;
    }

    /** No work is given out any more, and what is with the remote now never comes to write anything. */
    void stop() {
        for (Work now : underWay) {
            if (now.abandon()) {
                living--;
                abandoned++;
                if (now instanceof Fetch fetch) {
                    shared.book.lost(fetch, new ArrayList<>()); // all have been told
                }
            }
        }
        underWay.clear();
        work.signalAll();
        overdue.stop();
    }

    /** Returns when no thread is left, or it is time. Lock not held. */
    void await(long deadlineNanos) {
        shared.lock.lock();
        try {
            long rest = deadlineNanos - System.nanoTime();
            while (living + abandoned > 0 && rest > 0) {
                rest = ends.awaitNanos(rest);
            }
        } catch (InterruptedException hurry) {
            Thread.currentThread().interrupt();
        } finally {
            shared.lock.unlock();
        }
    }
}
