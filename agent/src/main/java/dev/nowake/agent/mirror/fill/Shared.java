package dev.nowake.agent.mirror.fill;

import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;

/** What the parts of one filler have in common. What the lock guards says so. */
final class Shared {
    final FillSettings settings;
    final FillParts parts;
    final FillTally tally = new FillTally();
    final ReentrantLock lock = new ReentrantLock();

    /** Guarded by the lock. */
    final PieceBook book;

    final OpenFiles open;

    /** Nothing is written any more. Guarded by the lock. */
    Fault broken;

    /** Guarded by the lock. */
    boolean closed;

    Shared(FillSettings settings, FillParts parts, RandomGenerator random) {
        this.settings = settings;
        this.parts = parts;
        this.book = new PieceBook(settings, new Backoff(random));
        this.open = new OpenFiles(lock, settings);
    }

    /** False where there can be no more threads now: the next who has something for it tries again. */
    boolean begin(String task, Runnable code) {
        try {
            thread(task, code).start();
            return true;
        } catch (OutOfMemoryError noThread) {
            return false;
        }
    }

    /** A thread of this mirror; it holds nothing up that ends the process. */
    Thread thread(String task, Runnable code) {
        return Thread.ofPlatform()
                .name("nowake-fill-" + settings.name() + "-" + task)
                .daemon()
                .unstarted(code);
    }
}
