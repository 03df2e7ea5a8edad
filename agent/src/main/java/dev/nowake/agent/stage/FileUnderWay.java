package dev.nowake.agent.stage;

import dev.nowake.model.ByteRange;
import dev.nowake.model.RangeSet;
import java.io.IOException;

/** A file whose segments are copied or checked, by many threads; whoever ends the last one ends the file. Any thread. */
abstract class FileUnderWay implements AutoCloseable {
    final StageFile file;
    final DataSource source;
    private IOException failed;
    private int segmentsUnderWay;
    private boolean allHandedOut;
    private boolean cutShort;

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

    synchronized void segmentBegins() {
        segmentsUnderWay++;
    }

    /** All its segments have been given out. Returns whether none is under way any more: then the caller ends it. */
    synchronized boolean handedOut() {
        allHandedOut = true;
        return isOver();
    }

    /**
     * A segment is done, or failed where {@code why} is not null. {@code whole}: no more of it would have been done. Returns
     * whether it was the last one.
     */
    synchronized boolean segmentEnds(boolean whole, IOException why) {
        if (failed == null) {
            failed = why;
        }
        cutShort |= !whole;
        segmentsUnderWay--;
        return isOver();
    }

    private boolean isOver() {
        return segmentsUnderWay == 0 && allHandedOut && !cutShort;
    }

    synchronized IOException failed() {
        return failed;
    }

    @Override
    public abstract void close() throws IOException;
}
