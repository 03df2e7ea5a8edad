package dev.nowake.agent.observe;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;

/** The whole lines of one file, which may grow, be renamed, be cut off or taken away while it is read. */
final class LineFile implements AutoCloseable {
    /** The daemon writes none longer; whoever does makes nobody hold it. */
    static final int MAX_LINE_BYTES = 1 << 20;

    private static final int READ_BYTES = 64 << 10;

    private final FileChannel channel;
    private final Object key;
    private byte[] buffer = new byte[2 * READ_BYTES];
    private int start;
    private int searched;
    private int end;
    private boolean tooLong;
    private long skipped;

    /** Throws what says why, also for what is no regular file: opening that might wait. */
    LineFile(Path path) throws IOException {
        key = regular(path);
        channel = FileChannel.open(path, StandardOpenOption.READ);
        try {
            if (!regular(path).equals(key)) {
                throw new NoSuchFileException(path.toString()); // another one by now: it is looked for again
            }
        } catch (IOException gone) {
            channel.close();
            throw gone;
        }
    }

    private static Object regular(Path path) throws IOException {
        BasicFileAttributes attributes = attributes(path);
        if (!attributes.isRegularFile()) {
            throw new IOException(path + " is no regular file");
        }
        return attributes.fileKey();
    }

    private static BasicFileAttributes attributes(Path path) throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class);
    }

    /** Whether {@code path} is this file, and no shorter than what was read of it. */
    boolean isStill(Path path) throws IOException {
        try {
            BasicFileAttributes now = attributes(path);
            return now.fileKey().equals(key) && now.size() >= channel.position();
        } catch (NoSuchFileException gone) {
            return false;
        }
    }

    /** Null where no whole line is left now. Empty lines are passed over. */
    byte[] next() throws IOException {
        while (true) {
            while (searched < end) {
                if (buffer[searched++] == '\n') {
                    byte[] line = Arrays.copyOfRange(buffer, start, searched - 1);
                    start = searched;
                    if (tooLong) {
                        tooLong = false;
                        skipped++;
                    } else if (line.length > 0) {
                        return line;
                    }
                }
            }
            if (!fill()) {
                return null;
            }
        }
    }

    /** Whether bytes were read. */
    private boolean fill() throws IOException {
        if (end - start > MAX_LINE_BYTES) {
            tooLong = true;
            start = end;
        }
        System.arraycopy(buffer, start, buffer, 0, end - start);
        searched -= start;
        end -= start;
        start = 0;
        if (buffer.length - end < READ_BYTES) {
            buffer = Arrays.copyOf(buffer, Math.min(2 * buffer.length, MAX_LINE_BYTES + READ_BYTES));
        }
        int read = channel.read(ByteBuffer.wrap(buffer, end, Math.min(READ_BYTES, buffer.length - end)));
        end += Math.max(0, read);
        return read > 0;
    }

    /** Lines that were too long. */
    long skipped() {
        return skipped;
    }

    /** Bytes after the last whole line. */
    boolean hasRest() {
        return end > start || tooLong;
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException ignored) {
            return; // it was only read
        }
    }
}
