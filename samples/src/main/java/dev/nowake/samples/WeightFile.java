package dev.nowake.samples;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Writes one file: a head, then weights. The weights are one random chunk repeated, with a number of its own in each
 * page, so that no two pages are equal and a checksum notices a page in the wrong place.
 */
final class WeightFile {
    /** Filling is as fast as memory from 1 MiB up; with 8 MiB a direct write costs one request of the disk's largest. */
    private static final int CHUNK_BYTES = 8 << 20;

    private static final int PAGE_BYTES = 4096;

    private final DType type;
    private final long seed;
    private final ByteBuffer chunk;

    WeightFile(DType type, long seed) {
        this.type = type;
        this.seed = seed;
        this.chunk = ByteBuffer.allocateDirect(CHUNK_BYTES + PAGE_BYTES)
                .alignedSlice(PAGE_BYTES)
                .slice(0, CHUNK_BYTES)
                .order(ByteOrder.LITTLE_ENDIAN);
        fill(0, CHUNK_BYTES);
    }

    /** Writes {@code head} and zeros up to {@code sizeBytes} that take no space on disk. */
    static void writeSparse(Path path, byte[] head, long sizeBytes) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            file.setLength(0);
            file.write(head);
            file.setLength(sizeBytes);
        }
    }

    /**
     * Writes {@code head} and weights up to {@code sizeBytes}.
     *
     * @param cold past the page cache where the filesystem can do that, so that nothing of the file is resident after
     */
    void write(Path path, byte[] head, long sizeBytes, boolean cold) throws IOException {
        boolean direct = cold && head.length <= CHUNK_BYTES;
        Files.deleteIfExists(path);
        try (FileChannel channel = open(path, direct)) {
            for (long offsetBytes = 0; offsetBytes < sizeBytes; offsetBytes += CHUNK_BYTES) {
                stamp(offsetBytes);
                overlay(head, offsetBytes);
                writeChunk(channel, offsetBytes, sizeBytes, direct);
                restore(head, offsetBytes);
            }
            channel.truncate(sizeBytes);
            if (cold) {
                channel.force(true);
            }
        }
    }

    private static FileChannel open(Path path, boolean direct) throws IOException {
        Set<OpenOption> options = new HashSet<>(Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE));
        if (direct) {
            try {
                options.add(directOption());
                return FileChannel.open(path, options);
            } catch (IOException | UnsupportedOperationException | ReflectiveOperationException refused) {
                options.removeIf(option -> !(option instanceof StandardOpenOption));
            }
        }
        return FileChannel.open(path, options);
    }

    /** The JDK's O_DIRECT, by reflection: javac warns of its package in a way that no annotation silences. */
    private static OpenOption directOption() throws ReflectiveOperationException {
        Class<?> options = Class.forName("com.sun.nio.file.ExtendedOpenOption");
        return (OpenOption) options.getField("DIRECT").get(null);
    }

    /** A direct write must be whole blocks: the last one is written long and the file cut afterwards. */
    private void writeChunk(FileChannel channel, long offsetBytes, long sizeBytes, boolean direct) throws IOException {
        long leftBytes = Math.min(CHUNK_BYTES, sizeBytes - offsetBytes);
        if (direct) {
            leftBytes = (leftBytes + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
        }
        ByteBuffer data = chunk.duplicate().limit((int) leftBytes);
        while (data.hasRemaining()) {
            channel.write(data, offsetBytes + data.position());
        }
    }

    private void fill(int from, int to) {
        SplittableRandom random = new SplittableRandom(seed);
        for (int at = 0; at < to; at += Long.BYTES) {
            long bits = type.weights(random.nextLong());
            if (at >= from) {
                chunk.putLong(at, bits);
            }
        }
    }

    private void stamp(long offsetBytes) {
        for (int at = 0; at < CHUNK_BYTES; at += PAGE_BYTES) {
            long page = (offsetBytes + at) / PAGE_BYTES;
            chunk.putLong(at, type.weights((page + 1) * 0x9E37_79B9_7F4A_7C15L ^ seed));
        }
    }

    private void overlay(byte[] head, long offsetBytes) {
        if (offsetBytes < head.length) {
            int from = (int) offsetBytes;
            chunk.put(0, head, from, Math.min(CHUNK_BYTES, head.length - from));
        }
    }

    private void restore(byte[] head, long offsetBytes) {
        if (offsetBytes < head.length) {
            fill(0, (int) Math.min(CHUNK_BYTES, head.length - offsetBytes + Long.BYTES & -Long.BYTES));
        }
    }
}
