package dev.nowake.agent.mirror.fill;

import dev.nowake.agent.identify.PathText;
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
import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * What is wanted, what is under way, what has failed. Every piece has one owner at a time; what readers wait for comes first,
 * in turns of a piece: of files, and within a file of readers, each from its lowest offset. Guarded by the filler's lock; no
 * call waits, asks a twin or looks at a clock.
 */
final class PieceBook {
    /**
     * A reader that comes so soon after a piece failed is told the same at once: a hundred readers that come together are one
     * request to a remote that says no, and one that tries again and again makes four a second.
     */
    static final long SAME_ANSWER_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    /** A piece that nobody has wanted for so long is not tried again. */
    static final long RECENTLY_NANOS = TimeUnit.MINUTES.toNanos(5);

    /**
     * Of all streams, as many as one file that never answers may keep: with half of them two such files would leave none, with
     * less a server that lost some requests would be asked too little.
     */
    private static final int LOST_PART = 4;

    private final FillSettings settings;
    private final Backoff backoff;
    private final Map<FileId, FileFill> files = new HashMap<>();
    private final ArrayDeque<FileFill> ring = new ArrayDeque<>();
    private final ArrayDeque<Fetch> anew = new ArrayDeque<>();
    private final ArrayDeque<Expectation> expected = new ArrayDeque<>();
    private final PriorityQueue<PieceFailure> failed = new PriorityQueue<>();
    private int setbacks;
    private long aheadNanos;
    private int underWay;
    private int aheadUnderWay;
    private int lost;

    PieceBook(FillSettings settings, Backoff backoff) {
        this.settings = settings;
        this.backoff = backoff;
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
        if (file.refused != null || isSilent(file)) {
            return file.refused != null ? file.refused : silent(file);
        }
        Waiter waiter = new Waiter(file, range, missing, nowNanos, future, round);
        Fault same = null;
        for (PieceFailure failure : file.failures().values()) {
            if (waiter.awaits(failure.piece)) {
                failure.wantedNanos = nowNanos;
                if (!file.isBusy(failure.piece) && nowNanos - failure.failedNanos < SAME_ANSWER_NANOS) {
                    same = failure.fault;
                }
            }
        }
        if (same == null) {
            file.waiters.add(waiter);
            file.turns.add(waiter);
            enterRing(file);
        }
        return same;
    }

    private void enterRing(FileFill file) {
        if (!file.inRing) {
            file.inRing = true;
            ring.add(file);
        }
    }

    void expect(FileFill file, RangeSet missing) {
        if (file.refused != null) {
            return;
        }
        RangeSet fresh = missing;
        for (Expectation earlier : file.expectations) {
            fresh = fresh.minus(earlier.missing());
        }
        if (!fresh.isEmpty()) {
            Expectation expectation = new Expectation(file, fresh);
            file.expectations.add(expectation);
            expected.add(expectation);
        }
    }

    /** What is only expected of the file is not any more, and what failed is not tried again unless somebody waits. */
    void forget(FileFill file) {
        expected.removeAll(file.expectations);
        file.expectations.clear();
        file.setAside.clear();
        file.failures().values().removeIf(failure -> !file.isBusy(failure.piece));
        failed.removeIf(failure -> failure.file == file && !file.isBusy(failure.piece));
    }

    /** Nothing is expected of any file any more. */
    void forgetAll() {
        List.copyOf(files.values()).forEach(file -> {
            forget(file);
            tidy(file);
        });
    }

    /** Nothing of it is asked any more before some of what was given up has come back. */
    static Fault silent(FileFill file) {
        return new Fault(
                FailureKind.TIMEOUT,
                PathText.of(file.twin().remote()) + ": " + file.lost + " requests wait for an answer, and no more are made"
                        + " until one comes");
    }

    private boolean isSilent(FileFill file) {
        return file.lost >= Math.max(2, settings.streams() / LOST_PART);
    }

    /** While streams are lost one file does not get all that are left: there may be more like it. */
    private boolean mayAsk(FileFill file) {
        int left = 2 * settings.streams() - lost;
        return !file.opening
                && !file.clearing
                && !isSilent(file)
                && (lost == 0 || file.busyPieces() < Math.max(1, left / LOST_PART));
    }

    /** The remote keeps the piece, and the stream that asked for it. Adds those to {@code ready} who wait for more of it. */
    void lost(Fetch fetch, List<Waiter> ready) {
        FileFill file = fetch.file();
        lost++;
        file.lost++;
        if (isSilent(file)) {
            failAll(file, silent(file), ready);
        }
    }

    /** The stream is back. */
    void returned(Fetch fetch) {
        lost--;
        fetch.file().lost--;
        tidy(fetch.file());
    }

    /** Whether readers wait for a file that no stream is at work for. */
    boolean isStarved() {
        return ring.stream().anyMatch(file -> !file.isBusy() && mayAsk(file));
    }

    /** A piece of a file that no stream is at work for; null where there is none now. */
    Fetch nextStarved(long nowNanos) {
        for (int turns = ring.size(); turns > 0; turns--) {
            Fetch needed = nextTurn(!ring.peek().isBusy(), nowNanos);
            if (needed != null) {
                return needed;
            }
        }
        return null;
    }

    /** The next piece to fetch; null where there is none now. */
    Fetch next(long nowNanos) {
        for (Iterator<Fetch> begun = anew.iterator(); begun.hasNext(); ) {
            Fetch fetch = begun.next();
            if (!fetch.file().opening) {
                begun.remove();
                return begin(new Fetch(
                        fetch.file(), fetch.piece(), fetch.isNeeded(), fetch.again() + 1, settings, nowNanos));
            }
        }
        Fetch needed = nextNeeded(nowNanos);
        if (needed != null) {
            return needed;
        }
        return mayGoAhead(nowNanos) ? nextAhead(nowNanos) : null;
    }

    private Fetch nextNeeded(long nowNanos) {
        for (int turns = ring.size(); turns > 0; turns--) {
            Fetch needed = nextTurn(true, nowNanos);
            if (needed != null) {
                return needed;
            }
        }
        return null;
    }

    /** The file whose turn it is goes to the end of the row. Null where it has nothing for a stream, or is not {@code meant}. */
    private Fetch nextTurn(boolean meant, long nowNanos) {
        FileFill file = ring.poll();
        int piece = meant && mayAsk(file) ? nextPiece(file) : -1;
        if (!file.turns.isEmpty()) {
            ring.add(file);
        } else {
            file.inRing = false;
        }
        return piece < 0 ? null : begin(new Fetch(file, piece, true, 0, settings, nowNanos));
    }

    private static int nextPiece(FileFill file) {
        while (!file.turns.isEmpty()) {
            Waiter waiter = file.turns.poll();
            if (waiter.future().isDone()) {
                file.waiters.remove(waiter); // whoever asked wants it no more
            }
            int piece = waiter.fault() != null || waiter.future().isDone() ? -1 : waiter.nextPiece();
            if (piece >= 0) {
                file.turns.add(waiter);
                return piece;
            }
        }
        return -1;
    }

    /** A remote that fails is asked for one thing at a time that nobody waits for, and after a pause. */
    private boolean mayGoAhead(long nowNanos) {
        return setbacks == 0 || aheadUnderWay == 0 && nowNanos - aheadNanos >= 0;
    }

    private Fetch nextAhead(long nowNanos) {
        for (PieceFailure due = failed.peek(); due != null && nowNanos - due.dueNanos >= 0; due = failed.peek()) {
            FileFill file = due.file;
            if (file.opening || file.clearing) {
                break;
            }
            failed.poll();
            if (!mayAsk(file) && file.failureOf(due.piece) == due && !file.isBusy(due.piece)) {
                due.dueNanos = nowNanos + backoff.nanos(due.attempts);
                failed.add(due);
                continue;
            }
            if (file.failureOf(due.piece) != due || file.isBusy(due.piece)) {
                continue;
            }
            if (!due.fault.kind().isRetried() || nowNanos - due.wantedNanos > RECENTLY_NANOS) {
                file.failures().remove(due.piece);
                if (file.failures().isEmpty()) {
                    file.setAside.clear();
                }
                tidy(file);
                continue;
            }
            return begin(new Fetch(file, due.piece, false, 0, settings, nowNanos));
        }
        for (Iterator<Expectation> all = expected.iterator(); all.hasNext(); ) {
            Expectation expectation = all.next();
            FileFill file = expectation.file();
            if (!mayAsk(file)) {
                continue;
            }
            int piece = expectation.nextPiece();
            if (piece >= 0) {
                return begin(new Fetch(file, piece, false, 0, settings, nowNanos));
            }
            all.remove();
            file.expectations.remove(expectation);
            tidy(file);
        }
        return null;
    }

    private Fetch begin(Fetch fetch) {
        FileFill file = fetch.file();
        file.busy(fetch.piece(), true);
        if (file.ends == null) {
            file.opening = true;
            fetch.opening(true);
        }
        underWay++;
        aheadUnderWay += fetch.isNeeded() ? 0 : 1;
        return fetch;
    }

    private void end(Fetch fetch) {
        underWay--;
        aheadUnderWay -= fetch.isNeeded() ? 0 : 1;
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
        setbacks = 0;
        file.failures().remove(fetch.piece());
        file.expectations.addAll(file.setAside);
        expected.addAll(file.setAside);
        file.setAside.clear();
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
        PieceFailure failure = file.failures().computeIfAbsent(fetch.piece(), p -> new PieceFailure(file, p));
        failed.remove(failure);
        failure.fault = fault;
        failure.attempts++;
        failure.failedNanos = nowNanos;
        if (failure.attempts == 1 || ready.size() > before) {
            failure.wantedNanos = nowNanos;
        }
        failure.dueNanos = nowNanos + backoff.nanos(failure.attempts);
        failed.add(failure);
        if (fault.kind().isRemotes()) {
            file.setAside.addAll(file.expectations);
            expected.removeAll(file.expectations);
            file.expectations.clear();
            if (!fetch.isNeeded() || fault.kind() == FailureKind.TIMEOUT) {
                aheadNanos = nowNanos + backoff.nanos(++setbacks);
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
                || !ring.isEmpty()
                || mayGoAhead(nowNanos)
                        && (!expected.isEmpty() || !failed.isEmpty() && nowNanos - failed.peek().dueNanos >= 0);
    }

    /** Nanoseconds until {@link #next} may have something though nothing happens; Long.MAX_VALUE where only an event helps. */
    long waitNanos(long nowNanos) {
        long wait = Long.MAX_VALUE;
        if (!failed.isEmpty()) {
            wait = Math.max(0, failed.peek().dueNanos - nowNanos);
        }
        if (setbacks > 0 && aheadUnderWay > 0) {
            return Long.MAX_VALUE;
        }
        if (!expected.isEmpty() && setbacks > 0) {
            wait = 0;
        }
        return wait < Long.MAX_VALUE && setbacks > 0 ? Math.max(wait, aheadNanos - nowNanos) : wait;
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
