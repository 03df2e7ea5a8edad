package dev.nowake.samples;

import dev.nowake.samples.LoaderArguments.How;
import dev.nowake.samples.Pieces.Piece;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * One reader of a whole model. Shards are taken in order. Mapped shards stay mapped until all are loaded, as weights
 * used in place do; read ones are closed when they have been read, unless the model is to be held.
 */
final class Rank {
    /** Common readers ask for 1 to 16 MiB at once; 4 MiB is what ONNX Runtime does. */
    private static final int BUFFER_BYTES = 4 << 20;

    private static final int PAGE_BYTES = 4096;
    private static final ValueLayout.OfLong WORD = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final LoaderArguments arguments;
    private final ThreadLocal<ByteBuffer> buffers = ThreadLocal.withInitial(
            () -> ByteBuffer.allocateDirect(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN));
    private long bytes;

    Rank(LoaderArguments arguments) {
        this.arguments = arguments;
    }

    LoadReport load() throws IOException, InterruptedException {
        List<FileChannel> held = new ArrayList<>();
        long faultsBefore = majorFaults();
        long startNanos = System.nanoTime();
        long loadedNanos;
        long checksum;
        try (Arena mappings = Arena.ofShared();
                ExecutorService threads = Executors.newFixedThreadPool(arguments.threads())) {
            checksum = arguments.how() == How.READ ? readAll(threads, held) : inOrder(threads, mappings, held);
            loadedNanos = System.nanoTime();
            Thread.sleep((long) (arguments.holdSeconds() * 1000));
        } finally {
            for (FileChannel channel : held) {
                channel.close();
            }
        }
        long closedNanos = System.nanoTime();
        return new LoadReport(bytes, startNanos, loadedNanos, closedNanos, majorFaults() - faultsBefore, checksum);
    }

    private long readAll(ExecutorService threads, List<FileChannel> held) throws IOException, InterruptedException {
        List<Callable<Long>> shards = new ArrayList<>();
        for (Path file : arguments.files()) {
            shards.add(() -> {
                FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
                synchronized (held) {
                    held.add(channel);
                    bytes += channel.size();
                }
                long sum = 0;
                while (true) {
                    ByteBuffer buffer = buffers.get().clear();
                    while (buffer.hasRemaining() && channel.read(buffer) >= 0) {
                        // a short read would leave the next one between two words
                    }
                    if (buffer.position() == 0) {
                        closeUnlessHeld(channel);
                        return sum;
                    }
                    sum += look(MemorySegment.ofBuffer(buffer.flip()));
                }
            });
        }
        return sum(threads, shards);
    }

    private long inOrder(ExecutorService threads, Arena mappings, List<FileChannel> held)
            throws IOException, InterruptedException {
        long sum = 0;
        for (Path file : arguments.files()) {
            FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
            held.add(channel);
            bytes += channel.size();
            if (arguments.how().mapped()) {
                MemorySegment whole = channel.map(MapMode.READ_ONLY, 0, channel.size(), mappings);
                sum += sum(threads, mapped(channel, whole));
                channel.close();
            } else {
                sum += sum(threads, positioned(channel));
                closeUnlessHeld(channel);
            }
        }
        return sum;
    }

    private List<Callable<Long>> mapped(FileChannel channel, MemorySegment whole) throws IOException {
        long evenBytes = (channel.size() / arguments.threads() + 1 + PAGE_BYTES) / PAGE_BYTES * PAGE_BYTES;
        List<Piece> pieces = arguments.how() == How.MMAP_RANDOM
                ? Pieces.shuffledTensors(channel)
                : Pieces.even(channel.size(), evenBytes);
        List<Callable<Long>> work = new ArrayList<>();
        for (Piece piece : pieces) {
            work.add(() -> look(whole.asSlice(piece.offsetBytes(), piece.lengthBytes())));
        }
        return work;
    }

    private List<Callable<Long>> positioned(FileChannel channel) throws IOException {
        List<Callable<Long>> work = new ArrayList<>();
        for (Piece piece : Pieces.even(channel.size(), BUFFER_BYTES)) {
            work.add(() -> {
                ByteBuffer buffer = buffers.get().clear().limit((int) piece.lengthBytes());
                while (buffer.hasRemaining()) {
                    if (channel.read(buffer, piece.offsetBytes() + buffer.position()) < 0) {
                        throw new IOException("the file became shorter while it was being read");
                    }
                }
                return look(MemorySegment.ofBuffer(buffer.flip()));
            });
        }
        return work;
    }

    private void closeUnlessHeld(FileChannel channel) throws IOException {
        if (arguments.holdSeconds() == 0) {
            channel.close();
        }
    }

    /** Looks at every word when a checksum is wanted, else at one word of each page, which is what loads it. */
    private long look(MemorySegment data) {
        long words = data.byteSize() & -Long.BYTES;
        long stepBytes = arguments.checksum() ? Long.BYTES : PAGE_BYTES;
        long sum = 0;
        for (long at = 0; at < words; at += stepBytes) {
            sum += data.get(WORD, at);
        }
        for (long at = words; at < data.byteSize(); at++) {
            sum += data.get(ValueLayout.JAVA_BYTE, at);
        }
        return sum;
    }

    private static long sum(ExecutorService threads, List<Callable<Long>> work)
            throws IOException, InterruptedException {
        long sum = 0;
        for (Future<Long> part : threads.invokeAll(work)) {
            try {
                sum += part.get();
            } catch (ExecutionException failed) {
                if (failed.getCause() instanceof IOException io) {
                    throw io;
                }
                throw new IllegalStateException(failed.getCause());
            }
        }
        return sum;
    }

    /** The twelfth field of proc_pid_stat(5), counted behind the name's closing bracket. */
    private static long majorFaults() throws IOException {
        String stat = Files.readString(Path.of("/proc/self/stat"));
        return Long.parseLong(stat.substring(stat.lastIndexOf(')') + 2).split(" ")[9]);
    }
}
