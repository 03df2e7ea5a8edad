package dev.nowake.agent.observe;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.LongSupplier;

/**
 * Tells people what is noteworthy, a line each, where a service manager collects it or a terminal shows it. A flood is summed
 * up. Nobody waits for whoever reads: lines are written by a thread of its own, and those beyond its queue are summed up too.
 * Called by the journal's thread alone.
 */
public final class Console implements AutoCloseable {
    /** A start with some warnings, or thirty loads in a row. */
    private static final int BURST_LINES = 60;

    /** The last of a burst are kept for what is wrong. */
    private static final int KEPT_FOR_TROUBLE = 15;

    /** In the long run: a page of a log in ten minutes is more than anybody reads. */
    private static final long NANOS_A_LINE = 2_000_000_000L;

    private static final int QUEUE_LINES = 256;

    private static final byte[] NOTHING = {};

    private final BlockingQueue<byte[]> queue = new ArrayBlockingQueue<>(QUEUE_LINES);
    private final PrintStream out;
    private final boolean priorities;
    private final LongSupplier nanos;
    private final Thread writer;
    private volatile boolean closed;
    private long allowance = BURST_LINES;
    private long filledNanos;
    private long held;
    private long heldTrouble;
    private long heldSinceNanos;

    /** @param priorities whether each line begins with {@code <N>}, as a service manager wants it */
    public Console(PrintStream out, boolean priorities) {
        this(out, priorities, System::nanoTime);
    }

    Console(PrintStream out, boolean priorities, LongSupplier nanos) {
        this.out = out;
        this.priorities = priorities;
        this.nanos = nanos;
        this.filledNanos = nanos.getAsLong();
        writer = Thread.ofPlatform().name("nowake-console").daemon().start(this::write);
    }

    /**
     * Whether what is written to a descriptor goes to the service manager's journal; see systemd.exec(5).
     *
     * @param journalStream the environment's {@code JOURNAL_STREAM}, or null
     * @param descriptor its name below {@code /proc/self/fd}
     */
    public static boolean isServiceJournal(String journalStream, Path descriptor) {
        if (journalStream == null) {
            return false;
        }
        try {
            return journalStream.equals(
                    Files.getAttribute(descriptor, "unix:dev") + ":" + Files.getAttribute(descriptor, "unix:ino"));
        } catch (java.io.IOException | RuntimeException unknown) {
            return false;
        }
    }

    /** A line of the journal, as it stands there. What is not noteworthy is passed over. */
    void see(LineKind kind, byte[] line) {
        JournalEntry entry = Priority.of(kind) == Priority.DEBUG ? null : JournalReader.parse(line);
        if (entry == null) {
            return;
        }
        Priority priority = Priority.of(entry);
        boolean trouble = priority.level() <= Priority.WARNING.level();
        idle();
        if (allowance > (trouble ? 0 : KEPT_FOR_TROUBLE)) {
            if (print(priority, Sentence.of(entry))) {
                allowance--;
                return;
            }
        }
        if (held++ == 0) {
            heldSinceNanos = nanos.getAsLong();
        }
        heldTrouble += trouble ? 1 : 0;
    }

    /** At times: what was held back is summed up. */
    void idle() {
        fill();
        if (allowance > KEPT_FOR_TROUBLE) {
            sumUp();
        }
    }

    private void fill() {
        long lines = (nanos.getAsLong() - filledNanos) / NANOS_A_LINE;
        filledNanos += lines * NANOS_A_LINE;
        allowance = Math.min(BURST_LINES, allowance + lines);
    }

    private void sumUp() {
        if (held > 0) {
            double seconds = (nanos.getAsLong() - heldSinceNanos) / 1e9;
            String trouble = heldTrouble == 0 ? "" : ", " + heldTrouble + " of them warnings or errors";
            String text = Amounts.of(held, "more line") + " in " + Amounts.seconds(seconds) + trouble
                    + ": see 'nowake journal'";
            if (print(heldTrouble == 0 ? Priority.INFO : Priority.WARNING, text)) {
                held = 0;
                heldTrouble = 0;
                allowance--;
            }
        }
    }

    private boolean print(Priority priority, String text) {
        String line = (priorities ? "<" + priority.level() + ">" : "") + text + "\n";
        return queue.offer(line.getBytes(StandardCharsets.UTF_8));
    }

    private void write() {
        try {
            while (!closed || !queue.isEmpty()) {
                byte[] line = queue.take();
                out.write(line, 0, line.length);
                out.flush();
            }
        } catch (InterruptedException stop) {
            return; // nobody is told any more
        }
    }

    /** Writes what is queued, for at most a fifth of a second. */
    @Override
    public void close() {
        idle();
        closed = true;
        queue.offer(NOTHING); // it may wait for a line
        try {
            writer.join(200);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }
}
