package dev.nowake.agent.cli;

import java.io.PrintStream;
import java.util.function.LongSupplier;

/** Progress on stderr: a bar for a person at a terminal; elsewhere nothing, or a line now and then for a log. */
final class Progress {
    /** Ten times a second looks like motion and costs nothing beside the I/O. */
    private static final long INTERVAL_MILLIS = 100;

    /** A container's log is to show that something moves, and not to be filled by it. */
    private static final long LINE_MILLIS = 30_000;

    private static final int CELLS = 30;

    private final PrintStream target;
    private final boolean isTerminal;
    private final LongSupplier wholeBytes;
    private final LongSupplier doneBytes;
    private final long startNanos = System.nanoTime();
    private final Thread thread;

    private Progress(PrintStream target, boolean isTerminal, LongSupplier wholeBytes, LongSupplier doneBytes) {
        this.target = target;
        this.isTerminal = isTerminal;
        this.wholeBytes = wholeBytes;
        this.doneBytes = doneBytes;
        this.thread = target == null
                ? null
                : Thread.ofPlatform().daemon().name("nowake-progress").start(isTerminal ? this::draw : this::log);
    }

    /** For a terminal alone. */
    static Progress start(Invocation invocation, long wholeBytes, LongSupplier doneBytes) {
        PrintStream target = invocation.errIsTerminal() ? invocation.err() : null;
        return new Progress(target, true, () -> wholeBytes, doneBytes);
    }

    /** For what takes minutes: a line every half minute where stderr is no terminal. {@code wholeBytes}: 0 while it is not known. */
    static Progress startLong(Invocation invocation, LongSupplier wholeBytes, LongSupplier doneBytes) {
        return new Progress(invocation.err(), invocation.errIsTerminal(), wholeBytes, doneBytes);
    }

    private void draw() {
        try {
            while (true) {
                Thread.sleep(INTERVAL_MILLIS);
                if (wholeBytes.getAsLong() > 0) {
                    target.print("\r" + now(true) + "\033[K");
                    target.flush();
                }
            }
        } catch (InterruptedException e) {
            target.print("\r\033[K");
            target.flush();
        }
    }

    private void log() {
        try {
            while (true) {
                Thread.sleep(LINE_MILLIS);
                target.println("nowake: " + now(false));
                target.flush();
            }
        } catch (InterruptedException done) {
            return;
        }
    }

    private String now(boolean bar) {
        String line = line(doneBytes.getAsLong(), wholeBytes.getAsLong(), System.nanoTime() - startNanos);
        return bar ? line : line.substring(Bar.of(0, CELLS).length() + 1);
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
