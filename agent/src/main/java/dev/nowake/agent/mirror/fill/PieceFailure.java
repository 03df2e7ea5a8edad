package dev.nowake.agent.mirror.fill;

/** A piece that failed and has not come since. Guarded by the filler's lock. */
final class PieceFailure implements Comparable<PieceFailure> {
    final FileFill file;
    final int piece;
    Fault fault;
    int attempts;
    long failedNanos;
    long wantedNanos;
    /** When it is tried again, or forgotten. */
    long dueNanos;

    PieceFailure(FileFill file, int piece) {
        this.file = file;
        this.piece = piece;
    }

    @Override
    public int compareTo(PieceFailure other) {
        return Long.signum(dueNanos - other.dueNanos);
    }
}
