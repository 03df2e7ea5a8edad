package dev.nowake.agent.execute;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.data.Percentage.withPercentage;

import dev.nowake.kernel.Features.Feature;
import dev.nowake.kernel.FileStatus;
import dev.nowake.kernel.Kernel;
import dev.nowake.kernel.OpenFile;
import dev.nowake.kernel.linux.Binding;
import dev.nowake.kernel.linux.LinuxKernel;
import dev.nowake.kernel.proc.BackingDevice;
import dev.nowake.kernel.proc.MountInfo;
import dev.nowake.model.ByteRange;
import dev.nowake.model.FileId;
import dev.nowake.model.RangeSet;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The executor on the running kernel. */
@Tag("kernel")
@Timeout(60)
class ExecuteKernelTest {
    private static final long MIB = 1L << 20;
    private static final long SIZE = 64 * MIB;

    @TempDir(cleanup = CleanupMode.ALWAYS)
    private Path folder;

    private final Kernel kernel = LinuxKernel.open(Binding.FFM);
    private final Prefetcher prefetcher = new Prefetcher(kernel, 8);
    private final Evictor evictor = new Evictor(kernel, new HostMappings());
    private Path path;
    private OpenFile file;
    private FileStatus status;

    @BeforeEach
    void aColdFile() throws Exception {
        path = folder.resolve("weights.bin");
        write(path, SIZE);
        file = kernel.files().open(path);
        status = kernel.files().status(file);
        evictor.evict(file, id(), RangeSet.between(0, SIZE), SECONDS.toNanos(5));
        assertThat(resident()).isZero();
    }

    @AfterEach
    void close() {
        prefetcher.close();
        file.close();
    }

    static void write(Path path, long bytes) throws IOException {
        byte[] block = new byte[1 << 20];
        Arrays.fill(block, (byte) 7);
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            for (long at = 0; at < bytes; at += block.length) {
                channel.write(ByteBuffer.wrap(block, 0, (int) Math.min(block.length, bytes - at)));
            }
            channel.force(true);
        }
    }

    private FileId id() {
        return new FileId(status.device(), status.inode());
    }

    private long resident() throws IOException {
        return kernel.pageCache().residency(file, 0, SIZE).residentBytes();
    }

    private MountTraits traits() {
        long readAhead = BackingDevice.read(status.device())
                .map(BackingDevice::readAheadBytes)
                .orElse(0L);
        String fsType = MountInfo.read()
                .byDevice(status.device())
                .map(mount -> mount.fsType())
                .orElse("unknown");
        return MountTraits.of(status.device(), fsType, readAhead);
    }

    private PrefetchOutcome prefetch(MountTraits traits, RangeSet ranges, PrefetchListener listener) throws Exception {
        PrefetchJob job = prefetcher.start(traits, new InFlightBudget(64 * MIB), listener);
        job.add(file, id(), ranges);
        job.finish();
        return job.completion().get(30, SECONDS);
    }

    @ParameterizedTest
    @EnumSource(Mechanism.class)
    void everyMechanismLandsEverything(Mechanism mechanism) throws Exception {
        MountTraits own = traits();
        MountTraits traits = new MountTraits(
                own.device(), own.fsType(), own.readAheadBytes(), false, mechanism, 2, own.chunkBytes());
        PrefetchOutcome outcome = prefetch(traits, RangeSet.between(0, SIZE), PrefetchListener.NONE);
        assertThat(outcome.requestedBytes()).isEqualTo(SIZE);
        assertThat(outcome.landedBytes()).isEqualTo(SIZE);
        assertThat(outcome.errors()).isEmpty();
        assertThat(resident()).isEqualTo(SIZE);
    }

    @Test
    void holesAreSkipped() throws Exception {
        Path sparse = folder.resolve("sparse.bin");
        try (RandomAccessFile writer = new RandomAccessFile(sparse.toFile(), "rw")) {
            // without cachestat each page is asked about, of a hole too: a terabyte takes seconds, and minutes if
            // emulated
            long size = kernel.features().has(Feature.CACHESTAT) ? 1L << 40 : 1L << 34;
            writer.setLength(size);
            writer.seek(size / 2);
            writer.write(new byte[1 << 20]);
            writer.getFD().sync();
        }
        try (OpenFile open = kernel.files().open(sparse)) {
            FileStatus about = kernel.files().status(open);
            FileId id = new FileId(about.device(), about.inode());
            evictor.evict(open, id, RangeSet.between(0, Long.MAX_VALUE), SECONDS.toNanos(5));
            PrefetchJob job = prefetcher.start(traits(), new InFlightBudget(64 * MIB), PrefetchListener.NONE);
            job.add(open, id, RangeSet.between(0, Long.MAX_VALUE));
            job.finish();
            PrefetchOutcome outcome = job.completion().get(30, SECONDS);
            assertThat(outcome.requestedBytes()).isEqualTo(MIB);
            assertThat(outcome.landedBytes()).isEqualTo(MIB);
        }
    }

    @Test
    void aRangeBringsInItselfAndLittleMore() throws Exception {
        PrefetchOutcome outcome = prefetch(traits(), RangeSet.between(16 * MIB, 20 * MIB), PrefetchListener.NONE);
        assertThat(outcome.landedBytes()).isEqualTo(4 * MIB);
        long spill = 4 * traits().readAheadBytes();
        assertThat(resident()).isBetween(4 * MIB, 4 * MIB + spill);
    }

    @Test
    void aFileCutShortMeanwhileEndsQuietly() throws Exception {
        PrefetchListener cutter = new PrefetchListener() {
            @Override
            public void chunkDone(FileId id, ByteRange range, long landed) {
                try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
                    channel.truncate(MIB);
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            }
        };
        PrefetchOutcome outcome = prefetch(traits(), RangeSet.between(0, SIZE), cutter);
        assertThat(outcome.files().getFirst().truncated()).isTrue();
        assertThat(outcome.landedBytes()).isLessThan(outcome.requestedBytes());
    }

    @Test
    void evictionLeavesNothingAndSaysHowMuchItWas() throws Exception {
        prefetch(traits(), RangeSet.between(0, SIZE), PrefetchListener.NONE);
        EvictOutcome outcome = evictor.evict(file, id(), RangeSet.between(0, Long.MAX_VALUE), SECONDS.toNanos(1));
        assertThat(outcome.evictedBytes()).isCloseTo(SIZE, withPercentage(3));
        assertThat(outcome.isComplete()).isTrue();
        assertThat(resident()).isZero();
    }

    @Test
    void dirtyPagesAreWrittenAndGoWithinTheDeadline() throws Exception {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(new byte[(int) (8 * MIB)]), 0);
        }
        if (kernel.features().has(Feature.CACHESTAT)) { // mincore does not tell
            assertThat(kernel.pageCache().residency(file, 0, SIZE).dirtyBytes()).isPositive();
        }
        EvictOutcome outcome = evictor.evict(file, id(), RangeSet.between(0, SIZE), SECONDS.toNanos(10));
        assertThat(outcome.isComplete()).isTrue();
        assertThat(resident()).isZero();
    }

    @Test
    void pagesAnotherProcessMapsAreCalledMapped() throws Exception {
        Process holder = MappingHolder.start(path, 4 * MIB);
        try {
            EvictOutcome outcome = evictor.evict(file, id(), RangeSet.between(0, SIZE), SECONDS.toNanos(1));
            assertThat(outcome.refused()).containsOnlyKeys(Refusal.MAPPED);
            assertThat(outcome.residentBytes()).isGreaterThanOrEqualTo(4 * MIB);
        } finally {
            holder.destroyForcibly().waitFor();
        }
        evictor.evict(file, id(), RangeSet.between(0, SIZE), SECONDS.toNanos(1));
        assertThat(resident()).isZero();
    }

    @Test
    void inTheMiddleOnlyWholeFoliosGo() throws Exception {
        prefetch(traits(), RangeSet.between(0, SIZE), PrefetchListener.NONE);
        EvictOutcome outcome = evictor.evict(file, id(), RangeSet.between(9 * MIB, 31 * MIB), SECONDS.toNanos(1));
        assertThat(outcome.isComplete()).isTrue();
        assertThat(outcome.edgeBytes()).isLessThanOrEqualTo(4 * MIB);
        assertThat(kernel.pageCache().residency(file, 0, 9 * MIB).residentBytes())
                .isEqualTo(9 * MIB);
        assertThat(resident()).isCloseTo(SIZE - 22 * MIB, within(4 * MIB));
    }

    /** A process that maps the first bytes of a file, touches them and waits. */
    static final class MappingHolder {
        private MappingHolder() {}

        static Process start(Path path, long bytes) throws IOException {
            Process process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xmx32m",
                            "-cp",
                            System.getProperty("java.class.path"),
                            MappingHolder.class.getName(),
                            path.toString(),
                            Long.toString(bytes))
                    .redirectErrorStream(true)
                    .start();
            assertThat(process.inputReader().readLine()).isEqualTo("mapped");
            return process;
        }

        public static void main(String[] arguments) throws Exception {
            try (FileChannel channel = FileChannel.open(Path.of(arguments[0]));
                    Arena arena = Arena.ofConfined()) {
                MemorySegment mapping = channel.map(MapMode.READ_ONLY, 0, Long.parseLong(arguments[1]), arena);
                mapping.load();
                System.out.println("mapped");
                int ignored = System.in.read();
                assert ignored <= 0 && Files.exists(Path.of(arguments[0]));
            }
        }
    }
}
