package dev.nowake.agent.mirror.fill;

import dev.nowake.model.RangeSet;
import java.util.BitSet;

/** What somebody will probably read of a file, and what of it has not been asked for. Guarded by the filler's lock. */
final class Expectation implements Wanted {
    private final FileFill file;
    private final RangeSet missing;
    private final BitSet left;

    Expectation(FileFill file, RangeSet missing) {
        this.file = file;
        this.missing = missing;
        this.left = file.piecesOf(missing);
    }

    FileFill file() {
        return file;
    }

    RangeSet missing() {
        return missing;
    }

    /** What is fetched already, or has failed and has its own time, is not expected any more. */
    @Override
    public int next(int from) {
        int piece = left.nextSetBit(from);
        while (piece >= 0 && (file.isBusy(piece) || file.failureOf(piece) != null)) {
            left.clear(piece);
            piece = left.nextSetBit(piece + 1);
        }
        return piece;
    }

    void taken(int piece) {
        left.clear(piece);
    }
}
