package dev.nowake.kernel.proc;

import dev.nowake.kernel.PathBytes;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A file of /proc or /sys, read whole and bounded, and the few words their formats share. */
final class ProcFile {
    /** The root of a host's own tree. */
    static final Path HOST = Path.of("/");

    /**
     * Longest file read. A process with 100,000 mappings has about 10 MB of maps and 70 MB of smaps; what is beyond is
     * cut, so that no file of another's making can take the heap.
     */
    private static final int MAX_BYTES = 96 << 20;

    private static final Charset NAMES = nameCharset();

    private ProcFile() {}

    /** The file's bytes as Latin-1 characters, one per byte; empty where it cannot be read. */
    static String text(Path file) {
        // FileInputStream, not NIO: an interrupted thread must not see an empty host.
        try (InputStream in = new FileInputStream(file.toFile())) {
            return new String(in.readNBytes(MAX_BYTES), StandardCharsets.ISO_8859_1);
        } catch (IOException | UnsupportedOperationException e) {
            return "";
        }
    }

    /**
     * The same of a file that lseek(2) refuses, as those of fusectl, which {@link InputStream#readNBytes} needs: its first 4 KiB,
     * which is all where the kernel answers in one read(2).
     */
    static String unseekable(Path file) {
        byte[] bytes = new byte[4096];
        try (InputStream in = new FileInputStream(file.toFile())) {
            int length = in.read(bytes);
            return new String(bytes, 0, Math.max(0, length), StandardCharsets.ISO_8859_1);
        } catch (IOException | UnsupportedOperationException e) {
            return "";
        }
    }

    /** Split at newlines alone: names may hold carriage returns. */
    static List<String> lines(Path file) {
        return List.of(text(file).split("\n"));
    }

    /** The words of a line, split at spaces and tabs; empty for a blank line. */
    static String[] words(String line) {
        String trimmed = line.strip();
        List<String> words = new ArrayList<>();
        int start = 0;
        // not String.split: its pattern cost half of every look at memory
        for (int i = 0; i <= trimmed.length(); i++) {
            if (i == trimmed.length() || trimmed.charAt(i) == ' ' || trimmed.charAt(i) == '\t') {
                if (i > start) {
                    words.add(trimmed.substring(start, i));
                }
                start = i + 1;
            }
        }
        return words.toArray(String[]::new);
    }

    /** A decimal number of 0 or more; -1 where the text is none. Too large becomes Long.MAX_VALUE. */
    static long number(String text) {
        return number(text, 10);
    }

    /** As {@link #number(String)} in another base, at most 16. */
    static long number(String text, int base) {
        if (text == null || text.isEmpty()) {
            return -1;
        }
        long value = 0;
        for (int i = 0; i < text.length(); i++) {
            int digit = text.charAt(i) < 128 ? Character.digit(text.charAt(i), base) : -1;
            if (digit < 0) {
                return -1;
            }
            value = value > (Long.MAX_VALUE - digit) / base ? Long.MAX_VALUE : value * base + digit;
        }
        return value;
    }

    /** As {@link #number}, narrowed; -1 where it does not fit. */
    static int smallNumber(String text) {
        long value = number(text);
        return value > Integer.MAX_VALUE ? -1 : (int) value;
    }

    static long times(long count, long unit) {
        return count > Long.MAX_VALUE / unit ? Long.MAX_VALUE : count * unit;
    }

    static long plus(long a, long b) {
        long sum = a + b;
        return sum < 0 ? Long.MAX_VALUE : sum;
    }

    /** Latin-1 bytes as text, decoded as the JVM decodes file names; what is no text is lost. */
    static String name(String latin1) {
        return new String(latin1.getBytes(StandardCharsets.ISO_8859_1), NAMES);
    }

    /** The path of Latin-1 bytes; empty where they are none. */
    static Optional<Path> path(String latin1) {
        try {
            byte[] bytes = latin1.getBytes(StandardCharsets.ISO_8859_1);
            return bytes.length == 0 ? Optional.empty() : Optional.of(PathBytes.path(bytes));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static Charset nameCharset() {
        try {
            return Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8"));
        } catch (IllegalArgumentException e) {
            return StandardCharsets.UTF_8;
        }
    }
}
