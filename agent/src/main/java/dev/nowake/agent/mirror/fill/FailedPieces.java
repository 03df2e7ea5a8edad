package dev.nowake.agent.mirror.fill;

import java.util.PriorityQueue;
import java.util.concurrent.TimeUnit;

/** The pieces that failed and have not come since, and when each is tried again. Guarded by the filler's lock. */
final class FailedPieces {
    /**
     * A reader that comes so soon after a piece failed is told the same at once: a hundred readers that come together are one
     * request to a remote that says no, and one that tries again and again makes four a second.
     */
    static final long SAME_ANSWER_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    /** A piece that nobody has wanted for so long is not tried again. */
    static final long RECENTLY_NANOS = TimeUnit.MINUTES.toNanos(5);

    private final Backoff backoff;
    private final Losses losses;
    private final PriorityQueue<PieceFailure> queue = new PriorityQueue<>();

    FailedPieces(Backoff backoff, Losses losses) {
        this.backoff = backoff;
        this.losses = losses;
    }

    /** Null where the waiter's pieces are worth a try; else what became of one of them a moment ago. */
    Fault justFailed(Waiter waiter, long nowNanos) {
        FileFill file = waiter.file();
        Fault same = null;
        for (PieceFailure failure : file.failures().values()) {
            if (waiter.awaits(failure.piece)) {
                failure.wantedNanos = nowNanos;
                if (!file.isBusy(failure.piece) && nowNanos - failure.failedNanos < SAME_ANSWER_NANOS) {
                    same = failure.fault;
                }
            }
        }
        return same;
    }

    /** @param isWanted whether a reader waited for it */
    void failed(Fetch fetch, Fault fault, boolean isWanted, long nowNanos) {
        FileFill file = fetch.file();
        PieceFailure failure = file.failures().computeIfAbsent(fetch.piece(), piece -> new PieceFailure(file, piece));
        queue.remove(failure);
        failure.fault = fault;
        failure.attempts++;
        failure.failedNanos = nowNanos;
        if (failure.attempts == 1 || isWanted) {
            failure.wantedNanos = nowNanos;
        }
        failure.dueNanos = nowNanos + backoff.nanos(failure.attempts);
        queue.add(failure);
    }

    /** One that is due, to be tried or forgotten; null where there is none. */
    PieceFailure nextDue(long nowNanos) {
        while (isDue(nowNanos)) {
            PieceFailure due = queue.peek();
            if (due.file.isClosedToStreams()) {
                return null;
            }
            queue.poll();
            if (due.file.failureOf(due.piece) != due || due.file.isBusy(due.piece)) {
                continue;
            }
            if (losses.mayAsk(due.file)) {
                return due;
            }
            due.dueNanos = nowNanos + backoff.nanos(due.attempts);
            queue.add(due);
        }
        return null;
    }

    static boolean isWorthATry(PieceFailure failure, long nowNanos) {
        return failure.fault.kind().isRetried() && nowNanos - failure.wantedNanos <= RECENTLY_NANOS;
    }

    boolean isDue(long nowNanos) {
        return !queue.isEmpty() && nowNanos - queue.peek().dueNanos >= 0;
    }

    /** Long.MAX_VALUE where nothing has failed. */
    long waitNanos(long nowNanos) {
        return queue.isEmpty() ? Long.MAX_VALUE : Math.max(0, queue.peek().dueNanos - nowNanos);
    }

    /** What failed of the file is not tried again unless somebody waits. */
    void forget(FileFill file) {
        file.failures().values().removeIf(failure -> !file.isBusy(failure.piece));
        queue.removeIf(failure -> failure.file == file && !file.isBusy(failure.piece));
    }
}
