package dev.nowake.agent.execute;

import dev.nowake.kernel.Errno;
import dev.nowake.model.ByteRange;
import dev.nowake.model.FileId;
import dev.nowake.model.RangeSet;
import java.util.HashMap;
import java.util.Map;

/** What became of one file so far. Guarded by itself. */
final class FileTally {
    /**
     * Chunks in a row that failed, or that landed nothing without failing, before a file is left: a dying disk may take
     * half a minute for each, and a mount that keeps no pages would be read to its end for nothing. One would give up on a
     * single bad block; more only costs time.
     */
    private static final int FRUITLESS_IN_A_ROW = 4;

    private final FileId id;
    private final Map<Errno, Integer> errors = new HashMap<>();
    private final SpareDescriptors spare = new SpareDescriptors();
    private long requestedBytes;
    private long landedBytes;
    private long alreadyResidentBytes;
    private long movedBytes;
    private long immovableBytes;
    private boolean verified = true;
    private boolean truncated;
    private int fruitlessInARow;
    private RangeSet withdrawn = RangeSet.EMPTY;
    private int open;

    FileTally(FileId id) {
        this.id = id;
    }

    /** One more entry or chunk that uses the file's descriptor. */
    synchronized void begin() {
        open++;
    }

    /** One entry or chunk less; the outcome when it was the last, else null. */
    synchronized FileOutcome end() {
        open--;
        if (open > 0) {
            return null;
        }
        spare.close();
        return outcome();
    }

    SpareDescriptors spare() {
        return spare;
    }

    FileId id() {
        return id;
    }

    synchronized void withdraw(RangeSet ranges) {
        withdrawn = ranges;
    }

    /** They were added, perhaps again. */
    synchronized void added(RangeSet ranges) {
        withdrawn = withdrawn.minus(ranges);
    }

    synchronized boolean isWithdrawn(ByteRange range) {
        return !withdrawn.isEmpty()
                && withdrawn.within(range.start(), range.end()).bytes() == range.lengthBytes();
    }

    synchronized void requested(long bytes) {
        requestedBytes += bytes;
    }

    synchronized void alreadyResident(long bytes) {
        alreadyResidentBytes += bytes;
    }

    synchronized void misplaced(long moved, long immovable) {
        movedBytes += moved;
        immovableBytes += immovable;
    }

    synchronized void unverified() {
        verified = false;
    }

    synchronized void landed(long bytes) {
        landedBytes += bytes;
        fruitlessInARow = bytes > 0 ? 0 : fruitlessInARow + 1;
    }

    synchronized void failed(Errno errno) {
        errors.merge(errno, 1, Integer::sum);
        fruitlessInARow++;
    }

    synchronized void truncated() {
        truncated = true;
    }

    synchronized boolean isHopeless() {
        return fruitlessInARow >= FRUITLESS_IN_A_ROW;
    }

    synchronized FileOutcome outcome() {
        return new FileOutcome(
                id,
                requestedBytes,
                landedBytes,
                alreadyResidentBytes,
                movedBytes,
                immovableBytes,
                verified,
                truncated,
                errors);
    }
}
