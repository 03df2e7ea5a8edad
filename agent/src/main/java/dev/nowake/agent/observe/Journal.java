package dev.nowake.agent.observe;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import tools.jackson.databind.json.JsonMapper;

/**
 * Event, plan, outcome: one JSON object a line. Writing never waits: lines go through a bounded queue to one thread, and
 * what does not fit is dropped and counted, so that a full or slow disk costs lines, never a load.
 */
public final class Journal implements AutoCloseable {
    /** About 2 MiB of lines: half a second of the busiest journal seen, on a disk that hangs. */
    private static final int QUEUE_LINES = 8192;

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);

    private final BlockingQueue<Map<String, Object>> queue = new ArrayBlockingQueue<>(QUEUE_LINES);
    private final JsonMapper json = JsonMapper.shared();
    private final Counters counters;
    private final Path file;
    private final Thread writer;
    private volatile boolean closed;
    private final AtomicLong loads = new AtomicLong();

    /** Tells this daemon's lines, and its loads' numbers, from those of the one before and the next. */
    private final String run =
            HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt());

    /** Opens {@code file} for appending; an error here is the caller's to report. */
    public Journal(Path file, Counters counters) throws IOException {
        this.file = file;
        this.counters = counters;
        Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)
                .close();
        writer = Thread.ofPlatform().name("nowake-journal").daemon().start(this::write);
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
        private final Map<String, Object> fields = new LinkedHashMap<>();

        private Line(LineKind kind) {
            fields.put("time", Instant.now());
            fields.put("monotonicNanos", System.nanoTime());
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
            if (!queue.offer(fields)) {
                counters.increment(Counter.JOURNAL_DROPPED);
            }
        }
    }

    private void write() {
        OutputStream out = null;
        while (!closed || !queue.isEmpty()) {
            try {
                Map<String, Object> fields = queue.poll(200, TimeUnit.MILLISECONDS);
                if (fields == null) {
                    continue;
                }
                byte[] line = encode(fields);
                if (out == null) {
                    out = open();
                }
                out.write(line);
            } catch (IOException full) {
                counters.increment(Counter.JOURNAL_DROPPED);
                out = reopenLater(out);
            } catch (RuntimeException unspeakable) { // a value JSON has no words for costs its line only
                counters.increment(Counter.JOURNAL_DROPPED);
            } catch (InterruptedException stop) {
                break;
            }
        }
        reopenLater(out);
    }

    /** Ends a line that was cut off by a full disk or a killed daemon, so that it spoils no other. */
    private OutputStream open() throws IOException {
        boolean torn = false;
        if (Files.isRegularFile(file)) {
            try (SeekableByteChannel last = Files.newByteChannel(file)) {
                ByteBuffer end = ByteBuffer.allocate(1);
                torn = last.size() > 0 && last.position(last.size() - 1).read(end) == 1 && end.get(0) != '\n';
            }
        }
        OutputStream out = Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        try {
            if (torn) {
                out.write('\n');
            }
            return out;
        } catch (IOException full) {
            out.close();
            throw full;
        }
    }

    private static OutputStream reopenLater(OutputStream out) {
        try {
            if (out != null) {
                out.close();
            }
        } catch (IOException ignored) {
            return null; // the lines are lost and counted; the next one opens the file anew
        }
        return null;
    }

    private byte[] encode(Map<String, Object> fields) {
        fields.computeIfPresent("time", (key, time) -> TIME.format((Instant) time));
        if (fields.get("path") instanceof Path path) {
            PathLabel label = PathLabel.of(path);
            fields.put("path", label.text());
            if (label.base64() != null) {
                fields.put("pathBase64", label.base64());
            }
        }
        byte[] text = json.writeValueAsBytes(fields);
        byte[] line = java.util.Arrays.copyOf(text, text.length + 1);
        line[text.length] = '\n';
        return line;
    }

    /** Writes what is queued, for at most half a second. */
    @Override
    public void close() {
        closed = true;
        try {
            writer.join(500);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }
}
