package dev.nowake.agent.stage;

import dev.nowake.model.ByteRange;
import dev.nowake.model.RangeSet;
import java.io.IOException;

/** A file whose pieces are copied or checked, by many threads; whoever ends the last piece ends the file. Any thread. */
abstract class FileUnderWay implements AutoCloseable {
    final StageFile file;
    final DataSource source;
    private IOException failed;
    private int piecesUnderWay;
    private boolean allHandedOut;

    FileUnderWay(StageFile file, DataSource source) {
        this.file = file;
        this.source = source;
    }

    /** What is to be copied. */
    abstract RangeSet missing();

    /** What is there and has to be compared with the source. */
    abstract RangeSet unchecked();

    abstract DataChannel target();

    /** What was to be copied is there; nothing to do where it only is to be looked at. */
    void arrived(ByteRange range) throws IOException {}

    /** Its content is not what it has to be: of no use. */
    abstract void discard() throws IOException;

    synchronized void pieceBegins() {
        piecesUnderWay++;
    }

    /** All its pieces have been given out. Returns whether none is under way any more: then the caller ends it. */
    synchronized boolean handedOut() {
        allHandedOut = true;
        return piecesUnderWay == 0;
    }

    /** A piece is done, or failed where {@code why} is not null. Returns whether it was the last one. */
    synchronized boolean pieceEnds(IOException why) {
        if (failed == null) {
            failed = why;
        }
        return --piecesUnderWay == 0 && allHandedOut;
    }

    synchronized IOException failed() {
        return failed;
    }

    @Override
    public abstract void close() throws IOException;
}
