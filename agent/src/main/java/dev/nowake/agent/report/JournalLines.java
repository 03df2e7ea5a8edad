package dev.nowake.agent.report;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.json.JsonMapper;

/** Journal files, line after line, in bounded memory. A line that is torn, foreign or too long costs itself alone. */
public final class JournalLines {
    /** Twenty times the longest line the daemon writes. */
    private static final int LONGEST_BYTES = 2 << 20;

    private static final ObjectReader JSON = JsonMapper.shared().readerFor(JsonNode.class);

    private final Consumer<JsonNode> sink;
    private byte[] line = new byte[4096];
    private int length;
    private boolean tooLong;
    private long lines;
    private long foreign;

    private JournalLines(Consumer<JsonNode> sink) {
        this.sink = sink;
    }

    /** How many lines there were, and how many of them were no line of a journal. */
    public record Count(long lines, long foreign) {}

    /** Hands every object with a {@code kind} to the sink, in order. */
    public static Count read(List<Path> files, Consumer<JsonNode> sink) throws IOException {
        JournalLines all = new JournalLines(sink);
        for (Path file : files) {
            try (InputStream in = Files.newInputStream(file)) {
                all.read(in);
            }
        }
        return new Count(all.lines, all.foreign);
    }

    private void read(InputStream in) throws IOException {
        byte[] buffer = new byte[1 << 16];
        for (int got = in.read(buffer); got >= 0; got = in.read(buffer)) {
            int start = 0;
            for (int i = 0; i < got; i++) {
                if (buffer[i] == '\n') {
                    append(buffer, start, i - start);
                    end();
                    start = i + 1;
                }
            }
            append(buffer, start, got - start);
        }
        end(); // what a daemon has not finished writing
    }

    private void append(byte[] buffer, int offset, int count) {
        tooLong |= length + count > LONGEST_BYTES;
        if (tooLong) {
            return;
        }
        if (length + count > line.length) {
            line = Arrays.copyOf(line, Math.max(length + count, 2 * line.length));
        }
        System.arraycopy(buffer, offset, line, length, count);
        length += count;
    }

    private void end() {
        if (length > 0 || tooLong) {
            lines++;
            JsonNode parsed = tooLong ? null : parse();
            if (parsed == null) {
                foreign++;
            } else {
                sink.accept(parsed);
            }
        }
        length = 0;
        tooLong = false;
    }

    private JsonNode parse() {
        try {
            JsonNode node = JSON.readValue(line, 0, length);
            return node != null && node.path("kind").isString() ? node : null;
        } catch (JacksonException torn) {
            return null;
        }
    }
}
