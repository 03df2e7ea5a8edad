package dev.nowake.agent.mirror.fill;

/**
 * A stream's way through a file that every stream has open for itself. A process that serves files, such as rclone's, reads
 * ahead of whoever reads on from where he was and begins anew at every jump: with 16 streams whose pieces come as they are
 * wanted, each on a descriptor of all, such a mount gave a fiftieth of what it gives to streams that read on. So a stream that
 * begins somewhere has the pieces behind it to itself, up to the end of a segment, and others begin elsewhere; where nothing else
 * is left they take half of what somebody still has before him.
 *
 * <p>A stream has one course, of the file it was at last. Guarded by the filler's lock.
 */
final class Course {
    /** An open costs a round trip or two, which is little beside so much; a file of 1 GiB has one for each of 16 streams. */
    static final int SEGMENT_BYTES = 64 << 20;

    private FileFill file;
    private int next;
    private int end;
    private boolean waits;

    /** The next piece of those that are wanted, for the stream whose course this is; -1 where there is none for it. */
    int pick(FileFill wantedOf, Wanted wanted) {
        if (!wantedOf.isForCourses) {
            int piece = wanted.next(0);
            if (piece >= 0) {
                leave();
            }
            return piece;
        }
        if (file == wantedOf && next < end && wanted.next(next) == next) {
            return next++;
        }
        int piece = free(wantedOf, wanted);
        if (piece < 0) {
            return take(wantedOf, wanted);
        }
        int segment = Math.max(1, SEGMENT_BYTES / wantedOf.pieceBytes());
        int until = (piece / segment + 1) * segment;
        for (Course other : wantedOf.courses) {
            if (other != this && other.next > piece) {
                until = Math.min(until, other.next);
            }
        }
        begin(wantedOf, piece, until);
        return piece;
    }

    /** A piece that is on nobody's way. */
    private int free(FileFill wantedOf, Wanted wanted) {
        int piece = wanted.next(0);
        for (Course owner = owner(wantedOf, piece); owner != null; owner = owner(wantedOf, piece)) {
            piece = wanted.next(owner.end);
        }
        return piece;
    }

    private Course owner(FileFill wantedOf, int piece) {
        for (Course other : wantedOf.courses) {
            if (other != this && other.next <= piece && piece < other.end) {
                return other;
            }
        }
        return null;
    }

    /** Of what somebody has before him the further half; where that is not wanted, what is. */
    private int take(FileFill wantedOf, Wanted wanted) {
        Course longest = null;
        for (Course other : wantedOf.courses) {
            if (other != this && (longest == null || other.end - other.next > longest.end - longest.next)) {
                longest = other;
            }
        }
        if (longest == null) {
            return -1;
        }
        int piece = wanted.next(longest.next + (longest.end - longest.next + 1) / 2);
        if (piece < 0 || piece >= longest.end) {
            piece = wanted.next(0);
            longest = piece < 0 ? null : owner(wantedOf, piece);
        }
        if (longest == null || longest.waits && longest.next == piece) {
            return -1; // it is about to take it, and reads on there
        }
        int until = longest.end;
        longest.end = piece;
        begin(wantedOf, piece, until);
        return piece;
    }

    private void begin(FileFill other, int piece, int until) {
        leave();
        file = other;
        next = piece + 1;
        end = until;
        other.courses.add(this);
    }

    /** The stream goes nowhere in its file any more. */
    void leave() {
        if (file != null) {
            file.courses.remove(this);
            file = null;
        }
    }

    /** Whether the stream has nothing to do now, and is woken when there is. */
    void waits(boolean isWaiting) {
        waits = isWaiting;
    }
}
