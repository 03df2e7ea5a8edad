package dev.nowake.agent.mirror.fill;

import java.util.ArrayDeque;

/**
 * The order in which readers are served, a piece at a time: files in turn, and within a file its readers. Guarded by the
 * filler's lock.
 */
final class Turns {
    private final Losses losses;
    private final ArrayDeque<FileFill> ring = new ArrayDeque<>();

    /** A piece that is to be fetched for a reader. */
    record Turn(FileFill file, int piece) {}

    Turns(Losses losses) {
        this.losses = losses;
    }

    void add(Waiter waiter) {
        FileFill file = waiter.file();
        file.turns.add(waiter);
        if (!file.inRing) {
            file.inRing = true;
            ring.add(file);
        }
    }

    boolean isEmpty() {
        return ring.isEmpty();
    }

    /** Whether readers wait for a file that no stream is at work for. */
    boolean isStarved() {
        return ring.stream().anyMatch(file -> !file.isBusy() && losses.mayAsk(file));
    }

    /** For the stream that goes this way; null where there is nothing for it now. */
    Turn next(Course course) {
        return next(course, false);
    }

    /** The same of a file that no stream is at work for. */
    Turn nextStarved(Course course) {
        return next(course, true);
    }

    private Turn next(Course course, boolean onlyStarved) {
        for (int left = ring.size(); left > 0; left--) {
            FileFill file = ring.poll();
            boolean meant = !(onlyStarved && file.isBusy()) && losses.mayAsk(file);
            int piece = meant ? nextPiece(file, course) : -1;
            if (!file.turns.isEmpty()) {
                ring.add(file); // at the end of the row
            } else {
                file.inRing = false;
            }
            if (piece >= 0) {
                return new Turn(file, piece);
            }
        }
        return null;
    }

    private static int nextPiece(FileFill file, Course course) {
        for (int left = file.turns.size(); left > 0; left--) {
            Waiter waiter = file.turns.poll();
            if (waiter.future().isDone()) {
                file.waiters.remove(waiter); // whoever asked wants it no more
            } else if (waiter.fault() == null && waiter.next(0) >= 0) {
                file.turns.add(waiter);
                int piece = course.pick(file, waiter);
                if (piece >= 0) {
                    return piece;
                }
            }
        }
        return -1;
    }
}
