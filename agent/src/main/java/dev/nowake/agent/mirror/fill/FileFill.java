package dev.nowake.agent.mirror.fill;

import dev.nowake.agent.mirror.Twin;
import dev.nowake.model.ByteRange;
import dev.nowake.model.RangeSet;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** One file in the book, as long as anything of it is wanted, open or not durable. Guarded by the filler's lock. */
final class FileFill {
    private final Twin twin;
    private final long sizeBytes;
    private final int pieceBytes;
    private final BitSet busy = new BitSet();
    private final Map<Integer, PieceFailure> failures = new HashMap<>();

    final List<Waiter> waiters = new ArrayList<>();
    /** Those that wait for pieces nobody fetches; each has a turn. */
    final ArrayDeque<Waiter> turns = new ArrayDeque<>();

    /** Whether it is among the files that readers wait for. */
    boolean inRing;

    /** What is expected of it, in the book's queue, or set aside since the file failed. */
    final List<Expectation> expectations = new ArrayList<>();

    final List<Expectation> setAside = new ArrayList<>();

    final FileSave save = new FileSave();

    /** Null where nothing is promised of its content. */
    FileCheck check;

    /** Null where it is not open. */
    OpenEnds ends;

    /** Every stream opens its remote end for itself, and reads on where it was; else they share one. */
    boolean isForCourses;

    final List<Course> courses = new ArrayList<>(0);

    /** A stream opens it; others leave it alone meanwhile. */
    boolean opening;

    /** Its filesystem takes O_DIRECT at open and not at a read. */
    boolean throughCache;

    /** Of the remote file, once it was open. */
    long inode;

    /** Requests that were given up and have not come back. */
    int lost;

    /** When it was last used by a stream. */
    long usedNanos;

    /** All of it is being thrown away; nothing is fetched. */
    boolean clearing;

    /** What every reader is told who misses something: it cannot come. Null where it can. */
    Fault refused;

    long fetchedBytes;
    long beganNanos;

    FileFill(Twin twin, int pieceBytes, long nowNanos) {
        this.twin = twin;
        this.sizeBytes = twin.identity().sizeBytes();
        this.pieceBytes = pieceBytes;
        this.usedNanos = nowNanos;
        this.beganNanos = nowNanos;
    }

    Twin twin() {
        return twin;
    }

    long sizeBytes() {
        return sizeBytes;
    }

    int pieceBytes() {
        return pieceBytes;
    }

    int pieceAt(long offsetBytes) {
        return Math.toIntExact(offsetBytes / pieceBytes);
    }

    /** The pieces that have a part in the ranges. */
    BitSet piecesOf(RangeSet ranges) {
        BitSet pieces = new BitSet();
        for (ByteRange part : ranges.ranges()) {
            pieces.set(pieceAt(part.start()), pieceAt(part.end() - 1) + 1);
        }
        return pieces;
    }

    ByteRange range(int piece) {
        long start = (long) piece * pieceBytes;
        return new ByteRange(start, Math.min(sizeBytes, start + pieceBytes));
    }

    boolean isBusy(int piece) {
        return busy.get(piece);
    }

    boolean isBusy() {
        return !busy.isEmpty();
    }

    int busyPieces() {
        return busy.cardinality();
    }

    void busy(int piece, boolean isBusy) {
        busy.set(piece, isBusy);
    }

    /** Null where the piece has not failed lately. */
    PieceFailure failureOf(int piece) {
        return failures.isEmpty() ? null : failures.get(piece);
    }

    Map<Integer, PieceFailure> failures() {
        return failures;
    }

    /** Nothing of it is to be fetched just now. */
    boolean isClosedToStreams() {
        return opening || clearing;
    }

    FileNow now() {
        Fault why = refused;
        if (why == null && !failures.isEmpty()) {
            why = failures.values().iterator().next().fault;
        }
        return new FileNow(
                waiters.size(), busyPieces(), !expectations.isEmpty(), why == null ? null : why.getMessage());
    }

    /** Whether the book may forget it. */
    boolean isIdle() {
        return waiters.isEmpty()
                && busy.isEmpty()
                && failures.isEmpty()
                && expectations.isEmpty()
                && setAside.isEmpty()
                && ends == null
                && !opening
                && !clearing
                && lost == 0
                && save.isIdle()
                && (check == null || !check.keepsFile());
    }
}
