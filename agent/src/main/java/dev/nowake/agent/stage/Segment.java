package dev.nowake.agent.stage;

import dev.nowake.model.ByteRange;

/**
 * A range of a file that one stream works off, piece after piece. One that has nothing else to do may take half of what is left
 * of it. Any thread.
 */
final class Segment {
    enum Task {
        /** Copy it, and look whether it arrived where that was asked for. */
        COPY,
        /** It is there: compare it with the source. */
        CHECK,
        /** There is no more of this file to do. */
        END
    }

    private final FileUnderWay file;
    private final Task task;
    private long at;
    private long end;

    Segment(FileUnderWay file, Task task, ByteRange range) {
        this(file, task, range.start(), range.end());
    }

    private Segment(FileUnderWay file, Task task, long at, long end) {
        this.file = file;
        this.task = task;
        this.at = at;
        this.end = end;
    }

    /** The file is to be ended. */
    static Segment last(FileUnderWay file) {
        return new Segment(file, Task.END, 0, 0);
    }

    FileUnderWay file() {
        return file;
    }

    Task task() {
        return task;
    }

    /** The next piece is the caller's to do; null where none is left. Pieces end at multiples of their length. */
    synchronized ByteRange nextPiece() {
        if (at == end) {
            return null;
        }
        long start = at;
        at = Math.min(end, (start / Pieces.PIECE_BYTES + 1) * Pieces.PIECE_BYTES);
        return new ByteRange(start, at);
    }

    /** Bytes that nobody has begun. */
    synchronized long leftBytes() {
        return end - at;
    }

    /** The rear half, under way as one more segment of the file; null where no more than a piece is left. */
    synchronized Segment half() {
        if (end - at <= Pieces.PIECE_BYTES) {
            return null;
        }
        long middle = Math.max(at, (at + (end - at) / 2) / Pieces.PIECE_BYTES * Pieces.PIECE_BYTES);
        Segment half = new Segment(file, task, middle, end);
        end = middle;
        file.segmentBegins(); // this one has not ended yet
        return half;
    }

    /** No more of it is done. Returns whether nothing was left. */
    synchronized boolean leave() {
        boolean whole = at == end;
        at = end;
        return whole;
    }
}
