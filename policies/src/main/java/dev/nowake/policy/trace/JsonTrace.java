package dev.nowake.policy.trace;

import dev.nowake.model.HostileModelException;
import dev.nowake.model.format.HeaderJson;
import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JsonEncoding;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.exc.JacksonIOException;
import tools.jackson.core.json.JsonFactory;

/**
 * nowake's own format: JSON objects, one a line. The first has {@code nowakeTrace: 1} and says how the trace came to be and
 * of how many files it speaks; a line for each file follows, with its identity; then a line for each access. Members that
 * are not known are passed over.
 */
public final class JsonTrace {
    private static final JsonFactory FACTORY =
            JsonFactory.builder().rootValueSeparator("\n").build();

    private final TraceLines lines;

    private JsonTrace(InputStream in) {
        this.lines = new TraceLines(in);
    }

    /** As {@link TraceFormat#read}. */
    public static Trace read(InputStream in) throws IOException, TraceException {
        return new JsonTrace(in).read();
    }

    /** The members any line may have; those it lacks are as here. */
    private static final class Line {
        private long version = Access.UNKNOWN;
        private TraceHeader.Source source = TraceHeader.Source.UNKNOWN;
        private double start;
        private long duration = Access.UNKNOWN;
        private long lost;
        private long dropped;
        private long files = Access.UNKNOWN;
        private String path;
        private String base64;
        private long size = Access.UNKNOWN;
        private long mtime = TraceFile.UNTOLD;
        private long file = Access.UNKNOWN;
        private long offset = Access.UNKNOWN;
        private long length = Access.UNKNOWN;
        private long node = Access.UNKNOWN;
        private long time = Access.UNKNOWN;
        private long pid = Access.UNKNOWN;

        private void take(String name, JsonParser value) throws HostileModelException {
            switch (name) {
                case "nowakeTrace" -> version = number(name, value, Long.MAX_VALUE);
                case "source" -> source = TraceHeader.Source.of(text(name, value));
                case "startSeconds" -> start = decimal(name, value);
                case "durationNanos" -> duration = number(name, value, Long.MAX_VALUE);
                case "lostEvents" -> lost = number(name, value, Long.MAX_VALUE);
                case "droppedAccesses" -> dropped = number(name, value, Long.MAX_VALUE);
                case "files" -> files = number(name, value, Trace.MAX_FILES);
                case "path" -> path = text(name, value);
                case "pathBase64" -> base64 = text(name, value);
                case "sizeBytes" -> size = number(name, value, Long.MAX_VALUE);
                case "mtimeNanos" -> mtime = time(text(name, value));
                case "file" -> file = number(name, value, Trace.MAX_FILES);
                case "offset" -> offset = number(name, value, Long.MAX_VALUE);
                case "length" -> length = number(name, value, Long.MAX_VALUE);
                case "node" -> node = number(name, value, Integer.MAX_VALUE);
                case "time" -> time = number(name, value, Long.MAX_VALUE);
                case "pid" -> pid = number(name, value, Integer.MAX_VALUE);
                default -> value.skipChildren();
            }
        }

        private static long number(String name, JsonParser value, long most) throws HostileModelException {
            if (value.currentToken() != JsonToken.VALUE_NUMBER_INT) {
                throw new HostileModelException("'" + name + "' is no whole number");
            }
            long number = value.getLongValue();
            if (number < 0 || number > most) {
                throw new HostileModelException("'" + name + "' is " + number + ", not within 0 to " + most);
            }
            return number;
        }

        private static double decimal(String name, JsonParser value) throws HostileModelException {
            double number = value.currentToken().isNumeric() ? value.getDoubleValue() : Double.NaN;
            if (!Double.isFinite(number) || number < 0) {
                throw new HostileModelException("'" + name + "' is no number of 0 or more");
            }
            return number;
        }

        private static String text(String name, JsonParser value) throws HostileModelException {
            if (value.currentToken() != JsonToken.VALUE_STRING) {
                throw new HostileModelException("'" + name + "' is no text");
            }
            return value.getString();
        }

        private static long time(String nanos) throws HostileModelException {
            try {
                return Long.parseLong(nanos);
            } catch (NumberFormatException e) {
                throw new HostileModelException("'mtimeNanos' is no number of nanoseconds");
            }
        }
    }

    private Trace read() throws IOException, TraceException {
        Line header = next();
        if (header == null || header.version < 0) {
            throw TraceException.at(1, "no trace: the first line has no 'nowakeTrace'");
        }
        if (header.version != Trace.VERSION) {
            throw TraceException.at(
                    1, "a trace of version " + header.version + "; this nowake reads version " + Trace.VERSION);
        }
        List<TraceFile> files = new ArrayList<>();
        while (files.size() < header.files) {
            Line line = next();
            if (line == null) {
                throw wrong("the trace ends after " + files.size() + " of " + header.files + " files: it was cut");
            }
            files.add(file(line));
        }
        List<Access> accesses = new ArrayList<>();
        for (Line line = next(); line != null; line = next()) {
            if (accesses.size() >= Trace.MAX_ACCESSES) {
                throw wrong("more than " + Trace.MAX_ACCESSES + " accesses");
            }
            accesses.add(access(line, files.size()));
        }
        try {
            return new Trace(
                    new TraceHeader(header.source, header.start, header.duration, header.lost, header.dropped),
                    files,
                    accesses);
        } catch (IllegalArgumentException e) {
            throw new TraceException(e.getMessage());
        }
    }

    private Line next() throws IOException, TraceException {
        byte[] bytes = lines.next();
        while (bytes != null && bytes.length == 0) {
            bytes = lines.next();
        }
        if (bytes == null) {
            return null;
        }
        Line line = new Line();
        try {
            HeaderJson.readObject(new ByteArrayInputStream(bytes), line::take);
        } catch (HostileModelException e) {
            String cut = lines.isTerminated() ? "" : "; the file may have been cut";
            throw wrong(e.getMessage() + cut);
        }
        return line;
    }

    private TraceFile file(Line line) throws TraceException {
        if (line.path == null) {
            throw wrong("a file has no 'path'");
        }
        TraceName name = new TraceName(line.path, line.base64);
        String why = name.wrong();
        if (why != null) {
            throw wrong(why);
        }
        return new TraceFile(name, line.size, line.mtime);
    }

    private Access access(Line line, int files) throws TraceException {
        if (line.file < 0 || line.offset < 0 || line.length < 0) {
            throw wrong("an access needs 'file', 'offset' and 'length'");
        }
        if (line.file >= files) {
            throw wrong("file " + line.file + " is none of the " + files + " files above");
        }
        try {
            return new Access((int) line.file, line.offset, line.length, (int) line.node, line.time, (int) line.pid);
        } catch (IllegalArgumentException e) {
            throw wrong(e.getMessage());
        }
    }

    private TraceException wrong(String message) {
        return TraceException.at(lines.number(), message);
    }

    /** As {@link TraceFormat#write}. */
    static void write(Trace trace, OutputStream out) throws IOException {
        BufferedOutputStream buffered = new BufferedOutputStream(out, 64 << 10);
        JsonGenerator json = FACTORY.createGenerator(ObjectWriteContext.empty(), buffered, JsonEncoding.UTF8);
        try {
            lines(trace, json);
            json.writeRaw('\n');
            json.flush();
        } catch (JacksonIOException e) {
            throw e.getCause();
        }
        buffered.flush();
    }

    private static void lines(Trace trace, JsonGenerator json) {
        header(trace, json);
        for (TraceFile file : trace.files()) {
            json.writeStartObject();
            json.writeStringProperty("path", file.name().text());
            if (file.name().base64() != null) {
                json.writeStringProperty("pathBase64", file.name().base64());
            }
            known(json, "sizeBytes", file.sizeBytes());
            if (file.mtimeNanos() != TraceFile.UNTOLD) {
                // As text: as a number it would be rounded by whoever keeps numbers as doubles.
                json.writeStringProperty("mtimeNanos", Long.toString(file.mtimeNanos()));
            }
            json.writeEndObject();
        }
        for (Access access : trace.accesses()) {
            json.writeStartObject();
            json.writeNumberProperty("file", access.file());
            json.writeNumberProperty("offset", access.offsetBytes());
            json.writeNumberProperty("length", access.lengthBytes());
            known(json, "node", access.node());
            known(json, "time", access.timeNanos());
            known(json, "pid", access.pid());
            json.writeEndObject();
        }
    }

    private static void header(Trace trace, JsonGenerator json) {
        TraceHeader header = trace.header();
        json.writeStartObject();
        json.writeNumberProperty("nowakeTrace", Trace.VERSION);
        json.writeStringProperty("source", header.source().label());
        json.writeNumberProperty("startSeconds", header.startSeconds());
        known(json, "durationNanos", header.durationNanos());
        json.writeNumberProperty("lostEvents", header.lostEvents());
        json.writeNumberProperty("droppedAccesses", header.droppedAccesses());
        json.writeNumberProperty("files", trace.files().size());
        json.writeEndObject();
    }

    private static void known(JsonGenerator json, String name, long value) {
        if (value >= 0) {
            json.writeNumberProperty(name, value);
        }
    }
}
