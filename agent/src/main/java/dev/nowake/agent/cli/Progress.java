package dev.nowake.agent.cli;

import java.io.PrintStream;
import java.util.function.LongSupplier;

/** A progress bar on stderr, for a person at a terminal; on anything else it draws nothing. */
final class Progress {
    /** Ten times a second looks like motion and costs nothing beside the I/O. */
    private static final long INTERVAL_MILLIS = 100;

    private static final int CELLS = 30;

    private final PrintStream target;
    private final long wholeBytes;
    private final LongSupplier doneBytes;
    private final long startNanos = System.nanoTime();
    private final Thread thread;

    private Progress(PrintStream target, long wholeBytes, LongSupplier doneBytes) {
        this.target = target;
        this.wholeBytes = wholeBytes;
        this.doneBytes = doneBytes;
        this.thread = target == null
                ? null
                : Thread.ofPlatform().daemon().name("nowake-progress").start(this::draw);
    }

    static Progress start(Invocation invocation, long wholeBytes, LongSupplier doneBytes) {
        return new Progress(invocation.errIsTerminal() ? invocation.err() : null, wholeBytes, doneBytes);
    }

    private void draw() {
        try {
            while (true) {
                Thread.sleep(INTERVAL_MILLIS);
                target.print("\r" + line(doneBytes.getAsLong(), wholeBytes, System.nanoTime() - startNanos) + "\033[K");
                target.flush();
            }
        } catch (InterruptedException e) {
            target.print("\r\033[K");
            target.flush();
        }
    }

    static String line(long doneBytes, long wholeBytes, long nanos) {
        double part = wholeBytes == 0 ? 1 : (double) doneBytes / wholeBytes;
        return Bar.of(part, CELLS) + " " + Sizes.percent(doneBytes, wholeBytes) + "%  " + Sizes.of(doneBytes) + " of "
                + Sizes.of(wholeBytes) + "  " + Sizes.digits(doneBytes / Math.max(1.0, nanos)) + " GB/s";
    }

    /** Ends the drawing and clears the line. */
    void close() {
        if (thread == null) {
            return;
        }
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
