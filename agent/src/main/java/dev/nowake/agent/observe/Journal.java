package dev.nowake.agent.observe;

import dev.nowake.agent.config.JournalSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;

/**
 * Event, plan, outcome: one JSON object a line. Writing never waits: lines go through a bounded queue to one thread, and
 * what does not fit is dropped and counted, so that a full or slow disk costs lines, never a load. A kill costs what is
 * queued, and leaves a torn last line at worst.
 */
public final class Journal implements AutoCloseable {
    /** About 2 MiB of lines: half a second of the busiest journal seen, on a disk that hangs. */
    private static final int QUEUE_LINES = 8192;

    /** Between looks at the file while nothing is written: waking up more often is what an idle daemon would cost. */
    private static final int IDLE_MILLIS = 2000;

    /** While lines are lost one after the other, they are told of together. */
    private static final long TELL_NANOS = 1_000_000_000L;

    private final BlockingQueue<Line> queue = new ArrayBlockingQueue<>(QUEUE_LINES);
    private final Counters counters;
    private final InstantSource clock;
    private final LongSupplier nanos;
    private final JournalFile file;
    private final Losses losses = new Losses();
    private final AtomicReference<JournalSettings> newSettings = new AtomicReference<>();
    private final AtomicLong loads = new AtomicLong();

    /** In the queue it means: look around. */
    private final Line wake;

    /** Tells this daemon's lines, and its loads' numbers, from those of the one before and the next. */
    private final String run =
            HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt());

    private final Thread writer;
    private volatile Console console;
    private volatile boolean closed;
    private boolean unwritable;
    private long toldNanos;

    /** With bounds nobody has changed. */
    public Journal(Path file, Counters counters) throws IOException {
        this(file, counters, JournalSettings.DEFAULT);
    }

    /** Opens {@code file} for appending; an error here is the caller's to report. */
    public Journal(Path file, Counters counters, JournalSettings settings) throws IOException {
        this(file, counters, settings, InstantSource.system(), System::nanoTime);
    }

    Journal(Path file, Counters counters, JournalSettings settings, InstantSource clock, LongSupplier nanos)
            throws IOException {
        this.counters = counters;
        this.clock = clock;
        this.nanos = nanos;
        this.wake = new Line(LineKind.START);
        this.file = new JournalFile(file, settings, clock, nanos);
        this.toldNanos = nanos.getAsLong() - TELL_NANOS;
        JournalFile.appending(file).close();
        writer = Thread.ofPlatform().name("nowake-journal").daemon().start(this::write);
    }

    /** Other bounds from now on. Any thread; done soon. */
    public void apply(JournalSettings settings) {
        newSettings.set(settings);
        queue.offer(wake);
    }

    /** What is noteworthy is also told there, from now on; closed with the journal. */
    public void tell(Console people) {
        console = people;
    }

    /** Numbers this journal's loads from 1 on. Any thread. */
    public long nextLoad() {
        return loads.incrementAndGet();
    }

    /** A new line; {@link Line#log} hands it over. */
    public Line line(LineKind kind) {
        return new Line(kind);
    }

    /** One line under construction. Null values are left out. */
    public final class Line {
        private final LineKind kind;
        private final Map<String, Object> fields = new LinkedHashMap<>();

        private Line(LineKind kind) {
            this.kind = kind;
            fields.put("time", clock.instant());
            fields.put("monotonicNanos", nanos.getAsLong());
            fields.put("kind", kind.label());
            fields.put("run", run);
        }

        public Line put(String key, Object value) {
            if (value != null) {
                fields.put(key, value);
            }
            return this;
        }

        /** The number of the load it is about; 0 is left out. */
        public Line load(long number) {
            return put("load", number > 0 ? number : null);
        }

        public Line path(Path path) {
            if (path != null) {
                fields.put("path", path);
            }
            return this;
        }

        public void log() {
            if (!queue.offer(this)) {
                lost();
            }
        }

        private void lost() {
            counters.increment(Counter.JOURNAL_DROPPED);
            losses.add((Instant) fields.getOrDefault("time", Instant.EPOCH));
        }
    }

    private void write() {
        while (!closed || !queue.isEmpty()) {
            try {
                Line line = queue.poll(IDLE_MILLIS, TimeUnit.MILLISECONDS);
                JournalSettings settings = newSettings.getAndSet(null);
                if (settings != null) {
                    file.apply(settings);
                }
                if (line == null || line == wake) {
                    idle();
                } else {
                    write(line);
                }
            } catch (InterruptedException stop) {
                break;
            } catch (RuntimeException broken) { // the next line is written all the same
                counters.increment(Counter.ERRORS);
            }
        }
        tellLosses();
        file.close();
        if (console != null) {
            console.close();
        }
    }

    private void idle() {
        file.idle();
        tellLossesAtTimes();
        if (console != null) {
            console.idle();
        }
    }

    private void write(Line line) {
        Instant time = (Instant) line.fields.get("time");
        byte[] bytes;
        try {
            bytes = LineBytes.of(line.fields);
        } catch (RuntimeException unspeakable) { // a value JSON has no words for costs its line only
            counters.increment(Counter.JOURNAL_DROPPED);
            losses.add(time);
            return;
        }
        if (console != null) {
            console.see(line.kind, bytes);
        }
        tellLossesAtTimes();
        if (unwritable && !tellLosses() || !append(bytes)) {
            counters.increment(Counter.JOURNAL_DROPPED);
            losses.add(time);
        }
    }

    private boolean append(byte[] line) {
        try {
            file.write(line);
            unwritable = false;
            return true;
        } catch (IOException | RuntimeException full) {
            unwritable = true;
            return false;
        }
    }

    private void tellLossesAtTimes() {
        if (nanos.getAsLong() - toldNanos >= TELL_NANOS && queue.size() < QUEUE_LINES / 2) {
            tellLosses();
        }
    }

    /** One line of all that was lost since the last. False where that cannot be written either. */
    private boolean tellLosses() {
        Losses.Told told = losses.now();
        if (told == null) {
            return true;
        }
        toldNanos = nanos.getAsLong();
        Line line = line(LineKind.LOST).put("lines", told.lines()).put("since", told.since());
        byte[] bytes = LineBytes.of(line.fields);
        boolean written = append(bytes);
        if (written) {
            losses.told(told, clock.instant());
            if (console != null) {
                console.see(LineKind.LOST, bytes);
            }
        }
        return written;
    }

    /** Writes what is queued, for at most half a second. */
    @Override
    public void close() {
        closed = true;
        queue.offer(wake);
        try {
            writer.join(500);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }
}
