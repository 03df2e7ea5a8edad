package dev.nowake.policy.trace;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The format of openEuler's maio: a line for each access, {@code path offset length node}, in decimal, separated by white
 * space. maio takes the first four words of a line and leaves the rest, has no comments, no quoting and no sign; so a path
 * with white space cannot be written, an unknown node is 0, and a file's identity stands behind the four words of its first
 * line ({@code size=N mtime=NANOSECONDS}), where maio does not look. Time and process are lost.
 */
public final class MaioTrace {
    private static final String SIZE = "size=";
    private static final String MTIME = "mtime=";

    /** What maio keeps a node in. */
    private static final int MAX_NODE = 255;

    private final TraceLines lines;
    private final Map<TraceName, Integer> indexes = new HashMap<>();
    private final List<TraceFile> files = new ArrayList<>();
    private final List<Access> accesses = new ArrayList<>();

    private MaioTrace(InputStream in) {
        this.lines = new TraceLines(in);
    }

    /** Reads all of it; blank lines are passed over. As {@link TraceFormat#read}. */
    public static Trace read(InputStream in) throws IOException, TraceException {
        MaioTrace reader = new MaioTrace(in);
        for (byte[] line = reader.lines.next(); line != null; line = reader.lines.next()) {
            reader.take(line);
        }
        return new Trace(TraceHeader.NONE, reader.files, reader.accesses);
    }

    private void take(byte[] line) throws TraceException {
        List<byte[]> words = words(line);
        if (words.isEmpty()) {
            return;
        }
        if (words.size() < 4) {
            String cut = lines.isTerminated() ? "" : "; the file may have been cut";
            throw wrong("expected 'path offset length node', found " + words.size() + " words" + cut);
        }
        if (accesses.size() >= Trace.MAX_ACCESSES) {
            throw wrong("more than " + Trace.MAX_ACCESSES + " accesses");
        }
        long offset = number(words.get(1), "offset", Long.MAX_VALUE);
        long length = number(words.get(2), "length", Long.MAX_VALUE);
        int node = (int) number(words.get(3), "node", MAX_NODE);
        if (length == 0) {
            throw wrong("the length is 0");
        }
        if (offset > Long.MAX_VALUE - length) {
            throw wrong("offset and length exceed every file");
        }
        accesses.add(new Access(file(words), offset, length, node, Access.UNKNOWN, Access.UNKNOWN));
    }

    private int file(List<byte[]> words) throws TraceException {
        TraceName name = TraceName.of(words.getFirst());
        Integer known = indexes.get(name);
        if (known != null) {
            return known;
        }
        String why = name.wrong();
        if (why != null) {
            throw wrong(why);
        }
        if (files.size() >= Trace.MAX_FILES) {
            throw wrong("more than " + Trace.MAX_FILES + " files");
        }
        long size = Access.UNKNOWN;
        long mtime = TraceFile.UNTOLD;
        for (byte[] word : words.subList(4, words.size())) {
            String text = new String(word, StandardCharsets.ISO_8859_1);
            if (text.startsWith(SIZE)) {
                size = number(Arrays.copyOfRange(word, SIZE.length(), word.length), "size", Long.MAX_VALUE);
            } else if (text.startsWith(MTIME)) {
                boolean negative = text.startsWith("-", MTIME.length());
                int digits = MTIME.length() + (negative ? 1 : 0);
                long value = number(Arrays.copyOfRange(word, digits, word.length), "mtime", Long.MAX_VALUE);
                mtime = negative ? -value : value;
            }
        }
        files.add(new TraceFile(name, size, mtime));
        indexes.put(name, files.size() - 1);
        return files.size() - 1;
    }

    private long number(byte[] word, String what, long most) throws TraceException {
        long value = 0;
        for (byte b : word) {
            int digit = b - '0';
            if (digit < 0 || digit > 9) {
                throw wrong("the " + what + " is no decimal number");
            }
            if (value > (most - digit) / 10) {
                throw wrong("the " + what + " is larger than " + most);
            }
            value = value * 10 + digit;
        }
        if (word.length == 0) {
            throw wrong("the " + what + " is missing");
        }
        return value;
    }

    private TraceException wrong(String message) {
        return TraceException.at(lines.number(), message);
    }

    /** Split where C's isspace splits. */
    private static List<byte[]> words(byte[] line) {
        List<byte[]> words = new ArrayList<>(4);
        int start = -1;
        for (int i = 0; i <= line.length; i++) {
            boolean inWord = i < line.length && !isSpace(line[i]);
            if (inWord && start < 0) {
                start = i;
            } else if (!inWord && start >= 0) {
                words.add(Arrays.copyOfRange(line, start, i));
                start = -1;
            }
        }
        return words;
    }

    private static boolean isSpace(byte b) {
        return b == ' ' || b >= '\t' && b <= '\r';
    }

    /** As {@link TraceFormat#write}. */
    static void write(Trace trace, OutputStream out) throws IOException, TraceException {
        List<byte[]> names = new ArrayList<>();
        for (TraceFile file : trace.files()) {
            names.add(nameOf(file));
        }
        boolean[] told = new boolean[names.size()];
        BufferedOutputStream buffered = new BufferedOutputStream(out, 64 << 10);
        for (Access access : trace.accesses()) {
            buffered.write(names.get(access.file()));
            StringBuilder rest = new StringBuilder(64)
                    .append(' ')
                    .append(access.offsetBytes())
                    .append(' ')
                    .append(access.lengthBytes())
                    .append(' ')
                    .append(Math.clamp(access.node(), 0, MAX_NODE));
            if (!told[access.file()]) {
                told[access.file()] = true;
                identity(trace.files().get(access.file()), rest);
            }
            buffered.write(rest.append('\n').toString().getBytes(StandardCharsets.US_ASCII));
        }
        buffered.flush();
    }

    private static void identity(TraceFile file, StringBuilder target) {
        if (file.sizeBytes() >= 0) {
            target.append(' ').append(SIZE).append(file.sizeBytes());
        }
        if (file.mtimeNanos() != TraceFile.UNTOLD) {
            target.append(' ').append(MTIME).append(file.mtimeNanos());
        }
    }

    private static byte[] nameOf(TraceFile file) throws TraceException {
        byte[] bytes = file.name().bytes();
        for (byte b : bytes) {
            if (isSpace(b)) {
                throw new TraceException(file.name().text()
                        + ": the maio format cannot hold a path with white space; write JSON instead");
            }
        }
        if (bytes[0] == '{') {
            throw new TraceException(
                    file.name().text() + ": the maio format cannot hold a path that begins with a brace");
        }
        return bytes;
    }
}
