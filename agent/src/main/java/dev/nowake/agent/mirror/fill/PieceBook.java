package dev.nowake.agent.mirror.fill;

import dev.nowake.agent.mirror.Twin;
import dev.nowake.model.ByteRange;
import dev.nowake.model.FileId;
import dev.nowake.model.RangeSet;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * What is wanted, what is under way, what has failed. Every piece has one owner at a time; what readers wait for comes first,
 * in turns of a piece: of files, and within a file of readers, each from its lowest offset. Guarded by the filler's lock; no
 * call waits, asks a twin or looks at a clock.
 */
final class PieceBook {
    private final FillSettings settings;
    private final Map<FileId, FileFill> files = new HashMap<>();
    private final Turns turns;
    private final ArrayDeque<Fetch> anew = new ArrayDeque<>();
    private final Expectations expected;
    private final FailedPieces failures;
    private final Setbacks setbacks;
    private final Losses losses;
    private int underWay;

    PieceBook(FillSettings settings, Backoff backoff) {
        this.settings = settings;
        this.losses = new Losses(settings.streams());
        this.turns = new Turns(losses);
        this.expected = new Expectations(losses);
        this.failures = new FailedPieces(backoff, losses);
        this.setbacks = new Setbacks(backoff);
    }

    /** The file's place in the book, made where it has none. */
    FileFill file(Twin twin, long nowNanos) {
        FileFill known = files.get(twin.id());
        if (known == null
                || known.twin() != twin) { // what is under way for another of that number goes on without a place
            known = new FileFill(twin, settings.pieceBytes(), nowNanos);
            files.put(twin.id(), known);
        }
        return known;
    }

    /** Null where the book knows nothing of it. */
    FileFill known(FileId id) {
        return files.get(id);
    }

    Collection<FileFill> files() {
        return files.values();
    }

    /** Forgets the file where there is nothing to remember. */
    void tidy(FileFill file) {
        if (file.isIdle() && files.get(file.twin().id()) == file) {
            files.remove(file.twin().id());
        }
    }

    /** A reader waits; or is told at once why it need not, and stands in no list. */
    Fault need(
            FileFill file,
            ByteRange range,
            RangeSet missing,
            long nowNanos,
            CompletableFuture<Void> future,
            int round) {
        if (file.refused != null || losses.isSilent(file)) {
            return file.refused != null ? file.refused : losses.silent(file);
        }
        Waiter waiter = new Waiter(file, range, missing, nowNanos, future, round);
        Fault same = failures.justFailed(waiter, nowNanos);
        if (same == null) {
            file.waiters.add(waiter);
            turns.add(waiter);
        }
        return same;
    }

    void expect(FileFill file, RangeSet missing) {
        if (file.refused == null) {
            expected.add(file, missing);
        }
    }

    /** What is only expected of the file is not any more, and what failed is not tried again unless somebody waits. */
    void forget(FileFill file) {
        expected.forget(file);
        failures.forget(file);
    }

    /** Nothing is expected of any file any more. */
    void forgetAll() {
        List.copyOf(files.values()).forEach(file -> {
            forget(file);
            tidy(file);
        });
    }

    /** The remote keeps the piece, and the stream that asked for it. Adds those to {@code ready} who wait for more of it. */
    void lost(Fetch fetch, List<Waiter> ready) {
        losses.lost(fetch.file());
        if (losses.isSilent(fetch.file())) {
            failAll(fetch.file(), losses.silent(fetch.file()), ready);
        }
    }

    /** The stream is back. */
    void returned(Fetch fetch) {
        losses.returned(fetch.file());
        tidy(fetch.file());
    }

    /** Whether readers wait for a file that no stream is at work for. */
    boolean isStarved() {
        return turns.isStarved();
    }

    /** A piece of a file that no stream is at work for; null where there is none now. */
    Fetch nextStarved(Course course, long nowNanos) {
        return begin(turns.nextStarved(course), nowNanos);
    }

    private Fetch begin(Turns.Turn turn, long nowNanos) {
        return turn == null ? null : begin(new Fetch(turn.file(), turn.piece(), true, 0, settings, nowNanos));
    }

    /** The next piece to fetch, for the stream that goes this way; null where there is none for it now. */
    Fetch next(Course course, long nowNanos) {
        for (Iterator<Fetch> begun = anew.iterator(); begun.hasNext(); ) {
            Fetch fetch = begun.next();
            if (!fetch.file().opening) {
                begun.remove();
                return begin(new Fetch(
                        fetch.file(), fetch.piece(), fetch.isNeeded(), fetch.again() + 1, settings, nowNanos));
            }
        }
        Fetch needed = begin(turns.next(course), nowNanos);
        if (needed != null || !setbacks.mayGoAhead(nowNanos)) {
            return needed;
        }
        Fetch again = nextAgain(nowNanos);
        return again != null ? again : nextExpected(course, nowNanos);
    }

    /** What failed, and is due. */
    private Fetch nextAgain(long nowNanos) {
        for (PieceFailure due = failures.nextDue(nowNanos); due != null; due = failures.nextDue(nowNanos)) {
            FileFill file = due.file;
            if (FailedPieces.isWorthATry(due, nowNanos)) {
                return begin(new Fetch(file, due.piece, false, 0, settings, nowNanos));
            }
            file.failures().remove(due.piece);
            if (file.failures().isEmpty()) {
                file.setAside.clear();
            }
            tidy(file);
        }
        return null;
    }

    private Fetch nextExpected(Course course, long nowNanos) {
        Expectations.Next next = expected.next(course, this::tidy);
        return next == null ? null : begin(new Fetch(next.file(), next.piece(), false, 0, settings, nowNanos));
    }

    private Fetch begin(Fetch fetch) {
        FileFill file = fetch.file();
        file.busy(fetch.piece(), true);
        if (file.ends == null) {
            file.opening = true;
            fetch.opening(true);
        }
        underWay++;
        setbacks.begins(fetch);
        return fetch;
    }

    private void end(Fetch fetch) {
        underWay--;
        setbacks.ends(fetch);
        if (fetch.isOpening()) {
            fetch.file().opening = false;
            fetch.opening(false);
        }
    }

    /** A stream has it open: others may go on with the file. */
    void opened(Fetch fetch) {
        fetch.file().opening = false;
        fetch.opening(false);
    }

    /** The piece is to be begun anew at once: the remote file must be opened again. It stays its readers'. */
    void anew(Fetch fetch) {
        end(fetch);
        anew.add(fetch);
    }

    /** The piece is there. Adds those to {@code ready} who wait for nothing more. */
    void done(Fetch fetch, List<Waiter> ready) {
        end(fetch);
        FileFill file = fetch.file();
        file.busy(fetch.piece(), false);
        setbacks.came();
        file.failures().remove(fetch.piece());
        expected.takeUp(file);
        file.waiters.removeIf(waiter -> waiter.comes(fetch.piece()) && ready.add(waiter));
        tidy(file);
    }

    /** The piece did not come. Adds those to {@code ready} who waited for it. */
    void failed(Fetch fetch, Fault fault, long nowNanos, List<Waiter> ready) {
        end(fetch);
        FileFill file = fetch.file();
        file.busy(fetch.piece(), false);
        int before = ready.size();
        failWaiters(file, fetch.piece(), fault, ready);
        failures.failed(fetch, fault, ready.size() > before, nowNanos);
        if (fault.kind().isRemotes()) {
            expected.setAside(file);
            if (!fetch.isNeeded() || fault.kind() == FailureKind.TIMEOUT) {
                setbacks.failed(nowNanos);
            }
        }
        tidy(file);
    }

    /** Those who wait for the piece are told why it does not come. */
    void failWaiters(FileFill file, int piece, Fault fault, List<Waiter> ready) {
        file.waiters.removeIf(waiter -> waiter.awaits(piece) && fail(waiter, fault, ready));
    }

    /** All who wait for anything of the file are told why it does not come. What is under way goes on. */
    void failAll(FileFill file, Fault fault, List<Waiter> ready) {
        file.waiters.removeIf(waiter -> fail(waiter, fault, ready));
    }

    private static boolean fail(Waiter waiter, Fault fault, List<Waiter> ready) {
        waiter.fails(fault);
        return ready.add(waiter);
    }

    /** Whether {@link #next} may have something, as far as can be told quickly. */
    boolean hasNext(long nowNanos) {
        return !anew.isEmpty()
                || !turns.isEmpty()
                || (failures.isDue(nowNanos) || !expected.isEmpty()) && setbacks.mayGoAhead(nowNanos);
    }

    /** Nanoseconds until {@link #next} may have something though nothing happens; Long.MAX_VALUE where only an event helps. */
    long waitNanos(long nowNanos) {
        long due = failures.waitNanos(nowNanos);
        boolean isExpected = !expected.isEmpty() && setbacks.isSet();
        return due == Long.MAX_VALUE && !isExpected
                ? Long.MAX_VALUE
                : Math.max(isExpected ? 0 : due, setbacks.waitNanos(nowNanos));
    }

    int underWay() {
        return underWay;
    }

    int waiting() {
        int waiting = 0;
        for (FileFill file : files.values()) {
            waiting += file.waiters.size();
        }
        return waiting;
    }
}
