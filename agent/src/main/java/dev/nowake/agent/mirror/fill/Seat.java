package dev.nowake.agent.mirror.fill;

import java.nio.ByteBuffer;

/** What one stream has for itself: memory for a piece, its course, and the remote file it has open for itself. Its thread's. */
final class Seat {
    private final ByteBuffer buffer;
    private final Course course = new Course();
    private RemoteFile own;
    private OpenEnds ownOf;
    private long usedNanos;

    /** @param buffer of a piece, aligned */
    Seat(ByteBuffer buffer) {
        this.buffer = buffer;
    }

    ByteBuffer buffer() {
        return buffer;
    }

    /** Guarded by the filler's lock. */
    Course course() {
        return course;
    }

    /** The remote end it has opened for itself; null where it has none of these. */
    RemoteFile own(OpenEnds ends) {
        return ownOf == ends ? own : null;
    }

    void own(OpenEnds ends, RemoteFile remote) {
        own = remote;
        ownOf = ends;
    }

    /** Closes what it has of another file. */
    void turnTo(OpenEnds ends) {
        usedNanos = System.nanoTime();
        if (own != null && ownOf != ends) {
            leave();
        }
    }

    /** May wait for the remote. */
    void leave() {
        if (own != null) {
            own.close();
            own = null;
            ownOf = null;
        }
    }

    /** Until its file has been quiet for so long that it is closed; Long.MAX_VALUE where it has none. */
    long waitNanos(long nowNanos) {
        return own == null ? Long.MAX_VALUE : Math.max(0, usedNanos + OpenFiles.QUIET_NANOS - nowNanos);
    }
}
