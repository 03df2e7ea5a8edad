package dev.nowake.policy.trace;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/** The lines of a trace of unknown origin: bounded in length and in number, as bytes. For one thread. */
final class TraceLines {
    /** A path of 4096 bytes, each escaped in six characters, in both of its forms, and the numbers. */
    static final int MAX_LINE_BYTES = 48 << 10;

    /** {@link Trace#MAX_ACCESSES} lines of the longest usual paths. A file of blank lines ends here too. */
    static final long MAX_BYTES = 512L << 20;

    private final InputStream in;
    private final byte[] buffer = new byte[64 << 10];
    private final byte[] line = new byte[MAX_LINE_BYTES];
    private int at;
    private int end;
    private long bytesRead;
    private long number;
    private boolean terminated;

    TraceLines(InputStream in) {
        this.in = in;
    }

    /** The next line without its end, or null at the end of the file. */
    byte[] next() throws IOException, TraceException {
        int length = 0;
        number++;
        while (true) {
            if (at == end && !fill()) {
                terminated = false;
                return length == 0 ? null : Arrays.copyOf(line, length);
            }
            byte b = buffer[at++];
            if (b == '\n') {
                terminated = true;
                return Arrays.copyOf(line, length);
            }
            if (length == MAX_LINE_BYTES) {
                throw TraceException.at(number, "longer than " + MAX_LINE_BYTES + " bytes: this is no trace");
            }
            line[length++] = b;
        }
    }

    private boolean fill() throws IOException, TraceException {
        end = in.read(buffer);
        at = 0;
        if (end < 0) {
            end = 0;
            return false;
        }
        bytesRead += end;
        if (bytesRead > MAX_BYTES) {
            throw TraceException.at(number, "the trace is larger than " + (MAX_BYTES >> 20) + " MiB");
        }
        return end > 0 || fill();
    }

    /** Of the line last read, from 1. */
    long number() {
        return number;
    }

    /** The line last read ended with a newline: what does not may have been cut. */
    boolean isTerminated() {
        return terminated;
    }
}
