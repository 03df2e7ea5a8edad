package dev.nowake.kernel.linux;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.nowake.kernel.Extent;
import dev.nowake.kernel.Kernel;
import dev.nowake.kernel.OpenFile;
import dev.nowake.kernel.contract.KernelUnderTest;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Real files under {@code target/}, real processes, and the kernel this machine runs. */
public final class RealWorld implements KernelUnderTest {
    private static final int CHUNK_BYTES = 1 << 20;

    private final Kernel kernel;
    private final Path folder;

    private RealWorld(Kernel kernel, Path folder) {
        this.kernel = kernel;
        this.folder = folder;
    }

    /** Skips the test where this process is not root's. */
    public static RealWorld of(Kernel kernel) throws IOException {
        assumeTrue(
                Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0),
                "needs root: fanotify, leases and other processes' memory");
        Path target = Files.createDirectories(Path.of("target", "kernel-tests"));
        return new RealWorld(kernel, Files.createTempDirectory(target, "world").toRealPath());
    }

    @Override
    public Kernel kernel() {
        return kernel;
    }

    @Override
    public Path folder() {
        return folder;
    }

    /** The mount's read-ahead size, or one request of the block device where that is larger. */
    @Override
    public long readaheadCapBytes() {
        return Math.max(readaheadBytes(), requestBytes());
    }

    /** The same after POSIX_FADV_SEQUENTIAL, which doubles the one and not the other. */
    long sequentialCapBytes() {
        return Math.max(2 * readaheadBytes(), requestBytes());
    }

    private long readaheadBytes() {
        return kibibytes(Path.of("/sys/class/bdi", device(), "read_ahead_kb"));
    }

    /** Of the disk itself, or of the one a partition lies on. */
    private long requestBytes() {
        Path device = Path.of("/sys/dev/block", device());
        return Math.max(
                kibibytes(device.resolve("queue/max_sectors_kb")),
                kibibytes(device.resolve("../queue/max_sectors_kb")));
    }

    private String device() {
        try {
            long device = (long) Files.getAttribute(folder, "unix:dev");
            return (device >>> 8 & 0xfff) + ":" + (device & 0xff | device >>> 12 & 0xfff00);
        } catch (IOException unknown) {
            return "unknown";
        }
    }

    /** In bytes; 0 where sysfs does not say. */
    private static long kibibytes(Path file) {
        try {
            return Long.parseLong(Files.readString(file).strip()) << 10;
        } catch (IOException unknown) {
            return 0;
        }
    }

    @Override
    public Path file(String name, long lengthBytes) throws IOException {
        return sparseFile(name, lengthBytes, new Extent(0, lengthBytes));
    }

    @Override
    public Path sparseFile(String name, long lengthBytes, Extent... data) throws IOException {
        Path path = write(name, lengthBytes, List.of(data), true);
        try (OpenFile file = kernel.files().open(path)) {
            kernel.pageCache().evict(file, 0, Long.MAX_VALUE);
        }
        return path;
    }

    @Override
    public Path dirtyFile(String name, long lengthBytes) throws IOException {
        return write(name, lengthBytes, List.of(new Extent(0, lengthBytes)), false);
    }

    private Path write(String name, long lengthBytes, List<Extent> data, boolean sync) throws IOException {
        Path path = folder.resolve(name);
        Files.createDirectories(path.getParent());
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            for (Extent extent : data) {
                write(channel, extent);
            }
            if (channel.size() < lengthBytes) {
                setLength(path, lengthBytes);
            }
            if (sync) {
                channel.force(true);
            }
        }
        return path;
    }

    private static void setLength(Path path, long lengthBytes) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            file.setLength(lengthBytes);
        }
    }

    private static void write(FileChannel channel, Extent extent) throws IOException {
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES);
        for (long at = extent.offsetBytes(); at < extent.endBytes(); ) {
            chunk.clear().limit((int) Math.min(CHUNK_BYTES, extent.endBytes() - at));
            for (int i = 0; i < chunk.limit(); i++) {
                chunk.put(i, KernelUnderTest.byteAt(at + i));
            }
            while (chunk.hasRemaining()) {
                at += channel.write(chunk, at);
            }
        }
    }

    @Override
    public Path newFolder(String name) throws IOException {
        return Files.createDirectories(folder.resolve(name));
    }

    @Override
    public void truncate(Path file, long lengthBytes) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(lengthBytes);
        }
    }

    @Override
    public void delete(Path file) throws IOException {
        Files.delete(file);
    }

    @Override
    public void move(Path from, Path to) throws IOException {
        Files.move(from, to);
    }

    @Override
    public Reader openElsewhere(Path file) throws IOException {
        return FileChannel.open(file, StandardOpenOption.READ)::close;
    }

    @Override
    public Reader mapElsewhere(Path file, long offsetBytes, long lengthBytes) throws IOException {
        Arena mapping = Arena.ofShared();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            MemorySegment pages = channel.map(MapMode.READ_ONLY, offsetBytes, lengthBytes, mapping);
            for (long at = 0; at < lengthBytes; at += 4096) {
                if (pages.get(ValueLayout.JAVA_BYTE, at) != KernelUnderTest.byteAt(offsetBytes + at)) {
                    throw new IOException("unexpected byte at " + (offsetBytes + at) + " of " + file);
                }
            }
        }
        return mapping::close;
    }

    @Override
    public int openInAnotherProcess(Path file) throws IOException, InterruptedException {
        Process process = new ProcessBuilder("/bin/sh", "-c", "exec 3< \"$0\"; exec 3<&-", file.toString()).start();
        if (process.waitFor() != 0) {
            throw new IOException("the other process failed on " + file);
        }
        return Math.toIntExact(process.pid());
    }

    @Override
    public void floodWithOpens(Path folder, int files) throws IOException {
        for (int i = 0; i < files; i++) {
            FileChannel.open(
                            folder.resolve("flood" + i),
                            StandardOpenOption.CREATE,
                            StandardOpenOption.READ,
                            StandardOpenOption.WRITE)
                    .close();
        }
    }

    @Override
    public void close() throws IOException {
        try (Stream<Path> tree = Files.walk(folder)) {
            for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }
}
