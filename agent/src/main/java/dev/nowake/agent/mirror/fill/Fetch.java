package dev.nowake.agent.mirror.fill;

import dev.nowake.model.ByteRange;

/** One piece on its way. Whoever holds it owns the piece, until it is abandoned. */
final class Fetch extends Work {
    private final FileFill file;
    private final int piece;
    private final boolean needed;
    private final int again;
    private boolean opening;

    /**
     * @param needed whether a reader waited for it when it began
     * @param again how often it has been begun anew because the remote file had to be opened anew
     */
    Fetch(FileFill file, int piece, boolean needed, int again, FillSettings settings, long nowNanos) {
        super(settings, nowNanos);
        this.file = file;
        this.piece = piece;
        this.needed = needed;
        this.again = again;
    }

    FileFill file() {
        return file;
    }

    int piece() {
        return piece;
    }

    ByteRange range() {
        return file.range(piece);
    }

    boolean isNeeded() {
        return needed;
    }

    int again() {
        return again;
    }

    /** Whether it is this one that opens the file. Guarded by the filler's lock. */
    boolean isOpening() {
        return opening;
    }

    void opening(boolean opens) {
        opening = opens;
    }
}
