package dev.nowake.agent.stage;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** What a run counts. Any thread. */
final class Tally {
    final AtomicInteger copied = new AtomicInteger();
    final AtomicInteger unchanged = new AtomicInteger();
    final AtomicInteger verified = new AtomicInteger();
    final AtomicInteger links = new AtomicInteger();
    final AtomicLong copiedBytes = new AtomicLong();
    final AtomicLong resumedBytes = new AtomicLong();
    final AtomicLong wholeBytes = new AtomicLong();
    final AtomicLong doneBytes = new AtomicLong();
    final AtomicBoolean buffered = new AtomicBoolean();
    final AtomicBoolean stopped = new AtomicBoolean();
    final List<StageReport.Failure> failures = Collections.synchronizedList(new ArrayList<>());

    /** Grows with everything that storage answers: when it stands still, somebody does not answer. */
    final AtomicLong answers = new AtomicLong();

    /** Threads that wait for the target, and not for the source. */
    final AtomicInteger writing = new AtomicInteger();

    void fail(Path path, Throwable why) {
        String reason = why.getMessage() == null ? why.getClass().getSimpleName() : why.getMessage();
        failures.add(new StageReport.Failure(path, reason));
    }

    /** A part of the work is done. */
    void done(long bytes) {
        doneBytes.addAndGet(bytes);
        answers.incrementAndGet();
    }
}
