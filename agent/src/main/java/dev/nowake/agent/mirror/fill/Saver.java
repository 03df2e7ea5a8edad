package dev.nowake.agent.mirror.fill;

import dev.nowake.agent.identify.PathText;
import dev.nowake.agent.mirror.Twin;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;

/**
 * The thread that makes durable what the streams have written: of each file after so many bytes or seconds, and at once when it
 * is whole, because its readers are looked at until then. A file whose content is promised is made durable to the last byte
 * only after it was looked at.
 */
final class Saver {
    /** What is asked for when a record, of some kilobytes, found no room. */
    private static final long RECORD_BYTES = 1 << 20;

    private static final long AGAIN_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final Shared shared;
    private final Condition due;
    private Outcomes outcomes;
    private boolean runs;
    private boolean stops;

    Saver(Shared shared) {
        this.shared = shared;
        this.due = shared.lock.newCondition();
    }

    /** Before anything else. */
    void serve(Outcomes outcomes) {
        this.outcomes = outcomes;
    }

    /** Something of the file was written, or it is whole, or has been looked at. Lock held. */
    void look(FileFill file) {
        if (!runs && !stops) {
            runs = shared.begin("save", this::run);
        } else if (file.save.isFirst() || waitNanos(file, System.nanoTime()) <= 0) {
            due.signal();
        }
    }

    private void run() {
        for (FileFill file = next(); file != null; file = next()) {
            save(file);
        }
    }

    /** Waits; null where the thread is to end. */
    private FileFill next() {
        shared.lock.lock();
        try {
            long left = shared.settings.idle().toNanos();
            while (true) {
                long now = System.nanoTime();
                long wait = Long.MAX_VALUE;
                FileFill first = null;
                for (FileFill file : shared.book.files()) {
                    long its = waitNanos(file, now);
                    if (its < wait || its == wait && its < Long.MAX_VALUE && file.save.isWhole) {
                        wait = its;
                        first = file;
                    }
                }
                if (wait <= 0) {
                    first.save.begin();
                    return first;
                }
                if (stops || wait == Long.MAX_VALUE && left <= 0) {
                    runs = false;
                    due.signalAll();
                    return null;
                }
                left = due.awaitNanos(Math.min(wait, shared.settings.idle().toNanos()));
            }
        } catch (InterruptedException nobodyDoes) {
            runs = false;
            return null;
        } finally {
            shared.lock.unlock();
        }
    }

    /** Until the file is to be saved; Long.MAX_VALUE where nothing is, or not yet. */
    private long waitNanos(FileFill file, long now) {
        FileSave save = file.save;
        boolean waitsForCheck = file.check != null && !file.check.isRight && file.check.piecesMissing <= 0;
        if (save.unsavedBytes == 0 || save.saving || save.isLost || waitsForCheck) {
            return Long.MAX_VALUE;
        }
        if (save.failures > 0) {
            return stops ? Long.MAX_VALUE : save.sinceNanos + AGAIN_NANOS - now;
        }
        if (stops || save.isWhole || save.unsavedBytes >= shared.settings.saveBytes()) {
            return 0;
        }
        return save.sinceNanos + shared.settings.saveEvery().toNanos() - now;
    }

    private void save(FileFill file) {
        Twin twin = file.twin();
        IOException why = null;
        try {
            twin.save();
        } catch (IOException refused) {
            why = refused;
            if (LocalWrites.isFull(refused)) {
                shared.parts.room().make(RECORD_BYTES);
            }
        } catch (RuntimeException | Error broken) {
            why = new IOException(broken);
        }
        boolean isComplete = why == null && twin.isComplete();
        Answers answers = new Answers();
        List<FileSave.Held> held;
        shared.lock.lock();
        try {
            held = file.save.end(why == null, System.nanoTime());
            if (why != null) {
                failed(file, why, answers);
            } else if (isComplete) {
                completed(file, answers);
            }
            shared.book.tidy(file);
        } finally {
            shared.lock.unlock();
        }
        outcomes.tell(answers);
        held.forEach(outcomes::release);
    }

    private void completed(FileFill file, Answers answers) {
        shared.tally.completed.increment();
        double seconds = (System.nanoTime() - file.beganNanos) / 1e9;
        answers.news()
                .add(new FillNews(
                        FillNews.Kind.COMPLETE,
                        file.twin().remote(),
                        file.fetchedBytes,
                        seconds,
                        PathText.of(file.twin().local()) + " is complete"));
    }

    /**
     * What fdatasync(2) failed to write may be gone from page cache the next time, and the call succeed: the twin has to
     * know. A disk that fails is not written any more.
     */
    private void failed(FileFill file, IOException why, Answers answers) {
        String line = PathText.of(file.twin().local()) + ": what was written is not durable: " + why.getMessage();
        boolean isFirst = file.save.failures == 1;
        if (LocalWrites.isBroken(why)) {
            file.save.isLost = true;
            Fault broken = new Fault(FailureKind.BROKEN, line + "; nothing is written to this mirror any more", why);
            outcomes.breakDown(broken, answers);
        }
        if (isFirst) {
            FillNews.Kind kind = file.save.isLost ? FillNews.Kind.BROKEN : FillNews.Kind.UNSAVED;
            answers.news().add(new FillNews(kind, file.twin().remote(), file.save.unsavedBytes, 0, line));
        }
    }

    /** Saves what there is, and ends; waits for that until it is time. Lock not held. */
    void stop(long deadlineNanos) {
        shared.lock.lock();
        try {
            stops = true;
            due.signalAll();
            long rest = deadlineNanos - System.nanoTime();
            while (runs && rest > 0) {
                rest = due.awaitNanos(rest);
            }
        } catch (InterruptedException hurry) {
            Thread.currentThread().interrupt();
        } finally {
            shared.lock.unlock();
        }
    }
}
