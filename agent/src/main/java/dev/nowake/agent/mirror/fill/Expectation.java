package dev.nowake.agent.mirror.fill;

import dev.nowake.model.ByteRange;
import dev.nowake.model.RangeSet;

/** What somebody will probably read of a file, and how far it has been asked for. Guarded by the filler's lock. */
final class Expectation {
    private final FileFill file;
    private final RangeSet missing;
    private int at;
    private int next;

    Expectation(FileFill file, RangeSet missing) {
        this.file = file;
        this.missing = missing;
    }

    FileFill file() {
        return file;
    }

    RangeSet missing() {
        return missing;
    }

    /** The next piece that is neither fetched nor has failed; -1 where there is none. */
    int nextPiece() {
        while (at < missing.ranges().size()) {
            ByteRange part = missing.ranges().get(at);
            int piece = Math.max(next, file.pieceAt(part.start()));
            if (piece > file.pieceAt(part.end() - 1)) {
                at++;
                continue;
            }
            next = piece + 1;
            if (!file.isBusy(piece) && file.failureOf(piece) == null) {
                return piece;
            }
        }
        return -1;
    }
}
