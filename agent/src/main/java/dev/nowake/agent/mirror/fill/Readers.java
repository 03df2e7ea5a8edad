package dev.nowake.agent.mirror.fill;

import dev.nowake.agent.identify.PathText;
import dev.nowake.agent.mirror.Twin;
import dev.nowake.agent.stage.ContentDigest;
import dev.nowake.model.ByteRange;
import dev.nowake.model.RangeSet;
import java.util.concurrent.CompletableFuture;

/** The readers' side of the book: puts down what they need or will need, and tells them what became of it. */
final class Readers {
    /** A range whose bytes all came and were missing again, so often: somebody throws them away as they come. */
    private static final int MOST_ROUNDS = 3;

    private static final CompletableFuture<Void> THERE = CompletableFuture.completedFuture(null);

    private final Shared shared;
    private final Streams streams;

    Readers(Shared shared, Streams streams) {
        this.shared = shared;
        this.streams = streams;
    }

    CompletableFuture<Void> need(Twin twin, ByteRange range) {
        RangeSet missing = twin.missing(range);
        if (missing.isEmpty()) {
            return THERE;
        }
        shared.tally.neededBytes.add(missing.bytes());
        CompletableFuture<Void> future = new CompletableFuture<>();
        need(twin, range, missing, future, 0);
        return future;
    }

    private void need(Twin twin, ByteRange range, RangeSet missing, CompletableFuture<Void> future, int round) {
        boolean isOutdated = twin.isOutdated();
        prepareCheck(twin);
        Fault fault;
        Answers answers = new Answers();
        shared.lock.lock();
        try {
            long nanos = System.nanoTime();
            FileFill file = shared.book.file(twin, nanos);
            fault = isOutdated ? outdated(twin, file) : refusal();
            if (fault == null) {
                fault = shared.book.need(file, range, missing, nanos, future, round);
            }
            if (fault == null) {
                file.save.isWhole = false;
                if (!streams.hire()) {
                    Fault nobody = new Fault(FailureKind.LOCAL, "no thread to fetch a piece with");
                    shared.book.failAll(file, nobody, answers.ready());
                }
            }
            shared.book.tidy(file);
        } finally {
            shared.lock.unlock();
        }
        tell(answers);
        if (fault != null) {
            future.completeExceptionally(fault.failure());
        }
    }

    private static Fault outdated(Twin twin, FileFill file) {
        return file.refused != null ? file.refused : Remotes.changed(twin, "is another file now");
    }

    /** Why nothing can come now; null where it can. Lock held. */
    private Fault refusal() {
        if (shared.closed) {
            return new Fault(FailureKind.CLOSED, "nowake stops");
        }
        return shared.broken != null ? shared.broken : streams.stuck();
    }

    void expect(Twin twin, ByteRange range) {
        RangeSet missing = twin.missing(range);
        if (missing.isEmpty() || twin.isOutdated()) {
            return;
        }
        shared.tally.expectedBytes.add(missing.bytes());
        prepareCheck(twin);
        shared.lock.lock();
        try {
            FileFill file = shared.book.file(twin, System.nanoTime());
            if (refusal() == null) {
                shared.book.expect(file, missing);
                streams.hire();
            }
            shared.book.tidy(file);
        } finally {
            shared.lock.unlock();
        }
    }

    void forget(Twin twin) {
        shared.lock.lock();
        try {
            FileFill file = shared.book.known(twin.id());
            if (file != null && file.twin() == twin) {
                shared.book.forget(file);
                if (file.check != null) {
                    file.check.isForgotten = true;
                }
                shared.book.tidy(file);
            }
        } finally {
            shared.lock.unlock();
        }
    }

    /** Gives a file that is new to the book what is promised of its content. */
    private void prepareCheck(Twin twin) {
        shared.lock.lock();
        try {
            FileFill known = shared.book.known(twin.id());
            if (known != null && known.twin() == twin) {
                if (known.check != null) {
                    known.check.isForgotten = false;
                }
                return;
            }
        } finally {
            shared.lock.unlock();
        }
        ContentDigest promised = shared.parts.digests().apply(twin);
        if (promised == null) {
            return;
        }
        RangeSet missing = twin.missing(new ByteRange(0, twin.identity().sizeBytes()));
        shared.lock.lock();
        try {
            FileFill file = shared.book.file(twin, System.nanoTime());
            if (file.check == null) {
                file.check = new FileCheck(
                        promised, file.sizeBytes(), file.piecesOf(missing).cardinality());
            }
        } finally {
            shared.lock.unlock();
        }
    }

    /** Whoever waits no more is told. Without the lock. */
    void tell(Answers answers) {
        long nanos = System.nanoTime();
        for (Waiter waiter : answers.ready()) {
            if (waiter.fault() != null) {
                shared.tally.waited(nanos - waiter.sinceNanos());
                waiter.future().completeExceptionally(waiter.fault().failure());
            } else {
                come(waiter, nanos);
            }
        }
        answers.news().forEach(shared.parts.listener()::told);
    }

    /** All its pieces came; somebody may have taken them away again. */
    private void come(Waiter waiter, long nanos) {
        Twin twin = waiter.file().twin();
        RangeSet missing = twin.missing(waiter.range());
        if (missing.isEmpty()) {
            shared.tally.waited(nanos - waiter.sinceNanos());
            waiter.future().complete(null);
        } else if (waiter.rounds() < MOST_ROUNDS) {
            need(twin, waiter.range(), missing, waiter.future(), waiter.rounds() + 1);
        } else {
            String line = PathText.of(twin.local()) + ": what was written of it is missing again and again";
            waiter.future().completeExceptionally(new Fault(FailureKind.LOCAL, line).failure());
        }
    }
}
