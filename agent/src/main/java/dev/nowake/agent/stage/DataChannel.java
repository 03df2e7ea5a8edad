package dev.nowake.agent.stage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/**
 * A file's data, past the page cache (O_DIRECT, open(2)) where its filesystem allows that. Offsets, lengths and addresses of
 * buffers are then multiples of {@link #blockBytes}; the last read of a file is as short as the file. Any thread.
 */
public record DataChannel(FileChannel channel, boolean isDirect, int blockBytes, boolean isForOneStream)
        implements DataSource {
    /** What every disk and filesystem seen asks for at most: a page. */
    public static final int BLOCK_BYTES = 4096;

    private static final OpenOption DIRECT = direct();

    /** Null where this Java has none: com.sun.nio.file.ExtendedOpenOption.DIRECT, which javac calls internal although its module exports it. */
    private static OpenOption direct() {
        try {
            Object[] options =
                    Class.forName("com.sun.nio.file.ExtendedOpenOption").getEnumConstants();
            return (OpenOption) Arrays.stream(options)
                    .filter(option -> option.toString().equals("DIRECT"))
                    .findFirst()
                    .orElse(null);
        } catch (ClassNotFoundException otherJava) {
            return null;
        }
    }

    public static DataChannel read(Path file) throws IOException {
        return read(file, false);
    }

    /** {@code forOneStream}: see {@link #isForOneStream}. */
    static DataChannel read(Path file, boolean forOneStream) throws IOException {
        return open(file, MOST_BLOCK_BYTES, Set.of(StandardOpenOption.READ), forOneStream);
    }

    /** Makes the file where there is none; never through a link. It can be read as well. */
    static DataChannel write(Path file) throws IOException {
        return open(
                file,
                BLOCK_BYTES,
                Set.of(
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.READ,
                        LinkOption.NOFOLLOW_LINKS),
                false);
    }

    private static DataChannel open(Path file, int mostBlockBytes, Set<OpenOption> options, boolean forOneStream)
            throws IOException {
        Set<OpenOption> direct = new HashSet<>(options);
        direct.add(DIRECT);
        try {
            if (DIRECT == null) {
                throw new UnsupportedOperationException("this Java has no direct reads");
            }
            FileChannel channel = FileChannel.open(file, direct);
            long block = Files.getFileStore(file).getBlockSize();
            if (block <= mostBlockBytes && mostBlockBytes % block == 0) {
                return new DataChannel(channel, true, (int) Math.max(block, BLOCK_BYTES), forOneStream);
            }
            channel.close(); // the JDK would ask for larger multiples than our pieces may have
        } catch (IOException | UnsupportedOperationException refused) {
            // opened plainly below, which tells a real error
        }
        return new DataChannel(FileChannel.open(file, options), false, BLOCK_BYTES, forOneStream);
    }

    /** A buffer for pieces of this length. */
    public static ByteBuffer buffer(int lengthBytes) {
        return ByteBuffer.allocateDirect(lengthBytes + MOST_BLOCK_BYTES)
                .alignedSlice(MOST_BLOCK_BYTES)
                .slice(0, lengthBytes);
    }

    @Override
    public void readFully(ByteBuffer target, long offsetBytes) throws IOException {
        long at = offsetBytes;
        while (target.hasRemaining()) {
            int got = channel.read(target, at);
            if (got < 0 || isDirect && got % blockBytes != 0) {
                return; // the end of the file
            }
            at += got;
        }
    }

    void writeFully(ByteBuffer source, long offsetBytes) throws IOException {
        long at = offsetBytes;
        while (source.hasRemaining()) {
            at += channel.write(source, at);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
