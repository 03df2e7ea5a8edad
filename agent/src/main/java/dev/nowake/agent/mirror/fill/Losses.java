package dev.nowake.agent.mirror.fill;

import dev.nowake.agent.identify.PathText;

/**
 * Streams that the remote keeps: requests that were given up and have not come back. One file that never answers must not take
 * all streams from the others. Guarded by the filler's lock.
 */
final class Losses {
    /**
     * Of all streams, as many as one file that never answers may keep: with half of them two such files would leave none, with
     * less a server that lost some requests would be asked too little.
     */
    private static final int PART = 4;

    private final int streams;
    private int lost;

    Losses(int streams) {
        this.streams = streams;
    }

    void lost(FileFill file) {
        lost++;
        file.lost++;
    }

    void returned(FileFill file) {
        lost--;
        file.lost--;
    }

    /** Nothing of the file is asked any more before some of what was given up has come back. */
    boolean isSilent(FileFill file) {
        return file.lost >= Math.max(2, streams / PART);
    }

    /** What a reader of a silent file is told. */
    Fault silent(FileFill file) {
        return new Fault(
                FailureKind.TIMEOUT,
                PathText.of(file.twin().remote()) + ": " + file.lost
                        + " requests wait for an answer, and no more are made" + " until one comes");
    }

    /** Whether streams may go on with it now. While streams are lost one file does not get all that are left: there may be more like it. */
    boolean mayAsk(FileFill file) {
        return !file.isClosedToStreams()
                && !isSilent(file)
                && (lost == 0 || file.busyPieces() < Math.max(1, (2 * streams - lost) / PART));
    }
}
