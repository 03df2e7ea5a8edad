package dev.nowake.agent.mirror.fill;

import dev.nowake.model.RangeSet;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.function.Consumer;

/**
 * What nobody waits for yet, in the order it was asked for. What of a file failed is set aside with all that is expected of it,
 * until one of its pieces comes. Guarded by the filler's lock.
 */
final class Expectations {
    private final ArrayDeque<Expectation> inTurn = new ArrayDeque<>();
    private final Losses losses;

    Expectations(Losses losses) {
        this.losses = losses;
    }

    /** A piece to fetch. */
    record Next(FileFill file, int piece) {}

    boolean isEmpty() {
        return inTurn.isEmpty();
    }

    /** What of it is expected already stays where it is in turn. */
    void add(FileFill file, RangeSet missing) {
        RangeSet fresh = missing;
        for (Expectation earlier : file.expectations) {
            fresh = fresh.minus(earlier.missing());
        }
        if (!fresh.isEmpty()) {
            Expectation expectation = new Expectation(file, fresh);
            file.expectations.add(expectation);
            inTurn.add(expectation);
        }
    }

    /** The next piece for the stream that goes this way, or null; {@code done} is told of files nothing is expected of any more. */
    Next next(Course course, Consumer<FileFill> done) {
        for (Iterator<Expectation> all = inTurn.iterator(); all.hasNext(); ) {
            Expectation expectation = all.next();
            FileFill file = expectation.file();
            if (!losses.mayAsk(file)) {
                continue;
            }
            int piece = course.pick(file, expectation);
            if (piece >= 0) {
                expectation.taken(piece);
                return new Next(file, piece);
            }
            if (expectation.next(0) < 0) {
                all.remove();
                file.expectations.remove(expectation);
                done.accept(file);
            }
        }
        return null;
    }

    void setAside(FileFill file) {
        file.setAside.addAll(file.expectations);
        inTurn.removeAll(file.expectations);
        file.expectations.clear();
    }

    /** What was set aside is expected again. */
    void takeUp(FileFill file) {
        file.expectations.addAll(file.setAside);
        inTurn.addAll(file.setAside);
        file.setAside.clear();
    }

    /** Nothing is expected of the file, now or later. */
    void forget(FileFill file) {
        inTurn.removeAll(file.expectations);
        file.expectations.clear();
        file.setAside.clear();
    }
}
