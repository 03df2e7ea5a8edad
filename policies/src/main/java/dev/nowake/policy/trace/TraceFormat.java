package dev.nowake.policy.trace;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Locale;

/** The two ways a trace is written. */
public enum TraceFormat {
    JSON,
    MAIO;

    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Writes all of it and flushes. Fails where the format cannot hold a name. */
    public void write(Trace trace, OutputStream out) throws IOException, TraceException {
        switch (this) {
            case JSON -> JsonTrace.write(trace, out);
            case MAIO -> MaioTrace.write(trace, out);
        }
    }

    /**
     * Reads either format, told by the first character: a path begins with anything but a brace.
     *
     * @throws IOException what the stream threw
     * @throws TraceException what is read is no trace, or a broken one; the line is named
     */
    public static Trace read(InputStream in) throws IOException, TraceException {
        BufferedInputStream buffered = new BufferedInputStream(in, 16);
        buffered.mark(1);
        int first = buffered.read();
        if (first < 0) {
            throw new TraceException("the trace is empty");
        }
        buffered.reset();
        return first == '{' ? JsonTrace.read(buffered) : MaioTrace.read(buffered);
    }
}
