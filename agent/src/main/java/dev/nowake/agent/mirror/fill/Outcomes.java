package dev.nowake.agent.mirror.fill;

import dev.nowake.agent.identify.PathText;
import dev.nowake.agent.observe.Amounts;
import dev.nowake.model.ByteRange;

/** The streams' side of the book: what became of pieces, and what follows from it. */
final class Outcomes {
    private final Shared shared;
    private final Readers readers;
    private final Streams streams;
    private final Saver saver;
    private final ContentCheck checks;

    Outcomes(Shared shared, Readers readers, Streams streams, Saver saver, ContentCheck checks) {
        this.shared = shared;
        this.readers = readers;
        this.streams = streams;
        this.saver = saver;
        this.checks = checks;
    }

    /** The stream has the file open. Returns what it is to use, and leave. */
    OpenEnds opened(Fetch fetch, OpenEnds ends) throws Work.Abandoned {
        OpenEnds used = null;
        shared.lock.lock();
        try {
            if (!fetch.isAbandoned()) {
                used = shared.open.opened(fetch.file(), ends);
                shared.book.opened(fetch);
                streams.hire();
            }
        } finally {
            shared.lock.unlock();
        }
        if (used != ends) {
            ends.close();
        }
        if (used == null) {
            throw new Work.Abandoned();
        }
        return used;
    }

    /**
     * The part has been written.
     *
     * @param isLast of its piece
     * @return false where it is kept back: the file would be whole, its content has not been looked at yet, and a save is
     *     under way that could make it complete
     */
    boolean written(Fetch fetch, ByteRange part, boolean isLast) {
        FileFill file = fetch.file();
        if (isLast) {
            shared.lock.lock();
            try {
                FileCheck check = file.check;
                if (check != null && file.save.saving && check.piecesMissing <= 1) {
                    file.save.held.add(new FileSave.Held(fetch, part));
                    streams.settle(fetch);
                    return false;
                }
                if (check != null) {
                    check.piecesMissing--;
                }
            } finally {
                shared.lock.unlock();
            }
        }
        tell(file, part);
        return true;
    }

    private void tell(FileFill file, ByteRange part) {
        file.twin().written(part);
        shared.lock.lock();
        try {
            file.save.written(part.lengthBytes(), System.nanoTime());
            file.fetchedBytes += part.lengthBytes();
            saver.look(file);
        } finally {
            shared.lock.unlock();
        }
    }

    /** What was kept back is kept back no more. Without the lock. */
    void release(FileSave.Held held) {
        FileFill file = held.fetch().file();
        shared.lock.lock();
        try {
            if (file.check != null) {
                file.check.piecesMissing--;
            }
        } finally {
            shared.lock.unlock();
        }
        tell(file, held.last());
        done(held.fetch(), true);
    }

    /** As all that tells what became of work, false where it has been abandoned before. */
    boolean done(Fetch fetch) {
        return done(fetch, false);
    }

    private boolean done(Fetch fetch, boolean isSettled) {
        Answers answers = new Answers();
        FileFill file = fetch.file();
        boolean isWhole = file.twin().isWritten();
        shared.lock.lock();
        try {
            if (!isSettled && !streams.settle(fetch)) {
                return false;
            }
            shared.book.done(fetch, answers.ready());
            if (isWhole) {
                file.save.isWhole = true;
                if (file.check != null) {
                    file.check.piecesMissing = 0;
                }
                saver.look(file);
            }
            checks.look(file);
            streams.hire();
        } finally {
            shared.lock.unlock();
        }
        readers.tell(answers);
        return true;
    }

    boolean anew(Fetch fetch) {
        shared.lock.lock();
        try {
            boolean counts = streams.settle(fetch);
            if (counts) {
                shared.book.anew(fetch);
                streams.hire();
            }
            return counts;
        } finally {
            shared.lock.unlock();
        }
    }

    boolean closed(Closing closing) {
        shared.lock.lock();
        try {
            return streams.settle(closing);
        } finally {
            shared.lock.unlock();
        }
    }

    boolean failed(Fetch fetch, Fault fault) {
        if (fault.kind() == FailureKind.CHANGED) {
            fetch.file().twin().outdated();
        }
        Answers answers = new Answers();
        shared.lock.lock();
        try {
            if (!streams.settle(fetch)) {
                return false;
            }
            failed(fetch, fault, answers);
            streams.hire();
        } finally {
            shared.lock.unlock();
        }
        readers.tell(answers);
        return true;
    }

    /** The remote has not answered in time. Lock held. */
    void timedOut(Fetch fetch, Answers answers) {
        String line = PathText.of(fetch.file().twin().remote()) + ": no answer within "
                + Amounts.seconds(shared.settings.timeout().toNanos() / 1e9);
        failed(fetch, new Fault(FailureKind.TIMEOUT, line), answers);
    }

    /** The local disk takes too long: the piece stays its stream's, and its readers are told. Lock held. */
    void late(Fetch fetch, Answers answers) {
        String line = PathText.of(fetch.file().twin().local()) + ": the disk does not take what is written";
        shared.book.failWaiters(fetch.file(), fetch.piece(), new Fault(FailureKind.LOCAL, line), answers.ready());
    }

    /** A stream has no memory for its buffer. Where it was the only one nobody is served. Lock not held. */
    void noMemory(OutOfMemoryError noBuffer) {
        Answers answers = new Answers();
        shared.lock.lock();
        try {
            if (streams.living() <= 1) {
                failEverybody(new Fault(FailureKind.LOCAL, "no memory to fetch a piece into", noBuffer), answers);
                shared.book.forgetAll();
            }
        } finally {
            shared.lock.unlock();
        }
        readers.tell(answers);
    }

    /** Lock held. */
    void failed(Fetch fetch, Fault fault, Answers answers) {
        FileFill file = fetch.file();
        boolean isNews = file.refused == null && shared.broken == null;
        shared.tally.failed(fault.kind());
        shared.book.failed(fetch, fault, System.nanoTime(), answers.ready());
        switch (fault.kind()) {
            case CHANGED -> refuse(file, fault, answers);
            case FULL -> shared.book.forgetAll();
            case BROKEN -> breakDown(fault, answers);
            default -> {}
        }
        if (isNews) {
            answers.news().add(new FillNews(kind(fault), file.twin().remote(), 0, 0, fault.getMessage()));
        }
    }

    private static FillNews.Kind kind(Fault fault) {
        return switch (fault.kind()) {
            case CHANGED -> FillNews.Kind.CHANGED;
            case BROKEN -> FillNews.Kind.BROKEN;
            case TIMEOUT -> FillNews.Kind.ABANDONED;
            default -> FillNews.Kind.FAILED;
        };
    }

    /** What is missing of the file can never come. Lock held. */
    void refuse(FileFill file, Fault fault, Answers answers) {
        file.refused = fault;
        if (fault.kind() == FailureKind.CHANGED) {
            file.check = null;
        }
        shared.book.failAll(file, fault, answers.ready());
        shared.book.forget(file);
        shared.book.tidy(file);
    }

    /** Nothing is written any more. Lock held. */
    void breakDown(Fault fault, Answers answers) {
        shared.broken = shared.broken == null ? fault : shared.broken;
        failEverybody(fault, answers);
        shared.book.forgetAll();
    }

    /** Lock held. */
    void failEverybody(Fault fault, Answers answers) {
        shared.book.files().forEach(file -> shared.book.failAll(file, fault, answers.ready()));
    }

    /** There may be something to do again. Lock held. */
    void goOn() {
        streams.hire();
    }

    void tell(Answers answers) {
        readers.tell(answers);
    }
}
