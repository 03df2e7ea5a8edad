package dev.nowake.agent.mirror.fill;

import dev.nowake.agent.mirror.Fills;
import dev.nowake.agent.mirror.Twin;
import dev.nowake.model.ByteRange;
import dev.nowake.model.FileId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Brings the bytes of one mirror. A piece is asked of the remote once, however many readers wait for it, and again only where
 * it failed. What readers get when it fails is {@link FailureKind}'s errno. Any thread; no call waits.
 */
public final class Filler implements Fills, AutoCloseable {
    /** {@link #close} has returned by then, whatever hangs. */
    private static final long CLOSE_NANOS = TimeUnit.MILLISECONDS.toNanos(900);

    private final Shared shared;
    private final Streams streams;
    private final Saver saver;
    private final ContentCheck checks;
    private final Readers readers;
    private final Outcomes outcomes;

    public Filler(FillSettings settings, FillParts parts) {
        this.shared = new Shared(settings, parts, new SplittableRandom());
        this.streams = new Streams(shared);
        this.saver = new Saver(shared);
        this.checks = new ContentCheck(shared, saver);
        this.readers = new Readers(shared, streams);
        this.outcomes = new Outcomes(shared, readers, streams, saver, checks);
        streams.serve(new PieceFetcher(shared, outcomes), outcomes);
        saver.serve(outcomes);
        checks.serve(outcomes);
    }

    @Override
    public CompletableFuture<Void> need(Twin twin, ByteRange range) {
        return readers.need(twin, range);
    }

    @Override
    public void expect(Twin twin, ByteRange range) {
        readers.expect(twin, range);
    }

    @Override
    public void forget(Twin twin) {
        readers.forget(twin);
    }

    public FillFigures figures() {
        shared.lock.lock();
        try {
            return shared.tally.figures(
                    shared.book.underWay(),
                    shared.book.waiting(),
                    streams.living(),
                    streams.abandoned(),
                    shared.broken != null);
        } finally {
            shared.lock.unlock();
        }
    }

    /** What is going on with each file the filler has anything to do with just now. */
    public Map<FileId, FileNow> files() {
        Map<FileId, FileNow> files = new HashMap<>();
        shared.lock.lock();
        try {
            for (FileFill file : shared.book.files()) {
                files.put(file.twin().id(), file.now());
            }
        } finally {
            shared.lock.unlock();
        }
        return files;
    }

    /**
     * Whoever waits is told EIO, what is with the remote is given up, what is written is made durable as far as there is time
     * for it, and every file is closed. Returns within a second; what a remote that hangs keeps open is closed when it answers.
     */
    @Override
    public void close() {
        long now = System.nanoTime();
        Answers answers = new Answers();
        List<OpenEnds> unused;
        shared.lock.lock();
        try {
            if (shared.closed) {
                return;
            }
            shared.closed = true;
            outcomes.failEverybody(new Fault(FailureKind.CLOSED, "nowake stops"), answers);
            shared.book.forgetAll();
            streams.stop();
            checks.stop();
            unused = shared.open.retireAll();
        } finally {
            shared.lock.unlock();
        }
        outcomes.tell(answers);
        Thread closing = shared.thread("close", () -> unused.forEach(OpenEnds::close));
        closing.start();
        streams.await(now + CLOSE_NANOS / 3);
        checks.await(now + CLOSE_NANOS / 2);
        saver.stop(now + CLOSE_NANOS);
        try {
            TimeUnit.NANOSECONDS.timedJoin(closing, now + CLOSE_NANOS - System.nanoTime());
        } catch (InterruptedException hurry) {
            Thread.currentThread().interrupt();
        }
    }
}
