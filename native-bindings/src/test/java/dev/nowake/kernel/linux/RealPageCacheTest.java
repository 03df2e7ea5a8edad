package dev.nowake.kernel.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.nowake.kernel.Errno;
import dev.nowake.kernel.Extent;
import dev.nowake.kernel.Features.Feature;
import dev.nowake.kernel.Kernel;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.OpenFile;
import dev.nowake.kernel.PageCache;
import dev.nowake.kernel.Residency;
import dev.nowake.kernel.Residency.Source;
import dev.nowake.kernel.ffm.FfmLibC;
import dev.nowake.kernel.libc.SystemCall;
import java.io.RandomAccessFile;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What only a real page cache shows. */
@Tag("kernel")
class RealPageCacheTest {
    private static final long MIB = 1L << 20;
    private static final long ALL = Long.MAX_VALUE;

    private final Kernel kernel = LinuxKernel.open(Binding.FFM);
    private final PageCache cache = kernel.pageCache();
    private RealWorld world;

    @BeforeEach
    void setUp() throws Exception {
        world = RealWorld.of(kernel);
    }

    @AfterEach
    void tearDown() throws Exception {
        world.close();
    }

    private static Kernel kernelWithoutCachestat() {
        return LinuxKernel.over(new FailingLibC(FfmLibC.open()).fail(SystemCall.CACHESTAT, Errno.ENOSYS));
    }

    @Test
    void sequentialAdviceDoublesTheReadaheadCap() throws Exception {
        long cap = world.sequentialCapBytes();
        assumeTrue(cap > 0 && cap <= 32 * MIB, "no usable read-ahead cap");
        try (OpenFile file = kernel.files().open(world.file("sequential", cap + 8 * MIB))) {
            cache.adviseSequential(file);
            cache.readahead(file, 0, ALL);
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> cache.residency(file, 0, ALL).residentBytes() == cap);
        }
    }

    /** A page of a larger folio stays; a page of its own goes. Whole aligned 2 MiB always go, as the contract says. */
    @Test
    void aPieceOfAFolioIsNotEvicted() throws Exception {
        try (OpenFile file = kernel.files().open(world.file("folios", 4 * MIB))) {
            cache.sendfile(file, 0, ALL);
            cache.evict(file, MIB + 4096, 4096);
            long resident = cache.residency(file, 0, ALL).residentBytes();
            assertThat(resident).isIn(4 * MIB, 4 * MIB - 4096);
            cache.evict(file, 2 * MIB, 2 * MIB);
            assertThat(cache.residentExtents(file, 2 * MIB, 2 * MIB)).isEmpty();
        }
    }

    @Test
    void mincoreAndCachestatAgree() throws Exception {
        assumeTrue(kernel.features().has(Feature.CACHESTAT), "Linux 6.5");
        PageCache old = kernelWithoutCachestat().pageCache();
        try (OpenFile file = kernel.files().open(world.file("both", 9 * MIB + 5))) {
            cache.readahead(file, 3 * MIB, 128 << 10);
            cache.readThrough(file, 9 * MIB, 5);
            await().until(() -> cache.residency(file, 3 * MIB, 128 << 10).residentBytes() == 128 << 10);
            for (long offset : new long[] {0, 1, 3 * MIB + 5, 9 * MIB + 2}) {
                Residency one = cache.residency(file, offset, ALL);
                Residency other = old.residency(file, offset, ALL);
                assertThat(one.source()).isEqualTo(Source.CACHESTAT);
                assertThat(other.source()).isEqualTo(Source.MINCORE);
                assertThat(Math.abs(one.residentBytes() - other.residentBytes()))
                        .isLessThan(4096);
            }
        }
    }

    @Test
    void mincoreOfManyGibibytesUsesOneBuffer() throws Exception {
        PageCache old = kernelWithoutCachestat().pageCache();
        Path path = world.folder().resolve("sparse");
        try (RandomAccessFile large = new RandomAccessFile(path.toFile(), "rw")) {
            large.setLength(5L << 30);
        }
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (OpenFile file = kernel.files().open(path)) {
            cache.readThrough(file, (4L << 30) - 4096, 8192); // the last page of one window, the first of the next
            assertThat(old.residency(file, (4L << 30) - 4096, 8192).residentBytes())
                    .isEqualTo(8192);
            long before = threads.getCurrentThreadAllocatedBytes();
            long resident = old.residency(file, 0, ALL).residentBytes();
            assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(64 << 10);
            assertThat(resident).isGreaterThanOrEqualTo(8192);
            assertThat(old.residentExtents(file, (4L << 30) - 4096, 8192))
                    .containsExactly(new Extent((4L << 30) - 4096, 8192));
        }
    }

    @Test
    void aFileThatShrinksMeanwhileRaisesNoSignal() throws Exception {
        Path path = world.file("shrinking", 16 * MIB);
        AtomicBoolean stop = new AtomicBoolean();
        try (OpenFile file = kernel.files().open(path);
                ExecutorService shrinker = Executors.newSingleThreadExecutor()) {
            Future<?> shrinking = shrinker.submit(() -> {
                while (!stop.get()) {
                    world.truncate(path, 4096);
                    try (RandomAccessFile again = new RandomAccessFile(path.toFile(), "rw")) {
                        again.setLength(16 * MIB);
                    }
                }
                return null;
            });
            try {
                for (int i = 0; i < 200; i++) {
                    try {
                        cache.populate(file, 0, ALL);
                        cache.nodes(file, new long[] {0, 8 * MIB});
                    } catch (KernelException refused) {
                        // It may have grown again before anyone could look.
                        assertThat(refused.errno()).isEqualTo(Errno.EFAULT);
                    }
                    assertThat(cache.sendfile(file, 0, ALL)).isBetween(0L, 16 * MIB);
                    assertThat(cache.readThrough(file, 0, ALL)).isBetween(0L, 16 * MIB);
                    assertThat(cache.residency(file, 0, ALL).residentBytes()).isBetween(0L, 16 * MIB);
                }
            } finally {
                stop.set(true);
            }
            shrinking.get();
        }
    }

    @Test
    void overlaysAreAskedByMincore() throws Exception {
        Path lower = world.file("lower/a.bin", 4 * MIB).getParent();
        Path upper = world.newFolder("upper");
        Path work = world.newFolder("work");
        Path merged = world.newFolder("merged");
        String options = "lowerdir=" + lower + ",upperdir=" + upper + ",workdir=" + work;
        assumeTrue(
                run("mount", "-t", "overlay", "overlay", "-o", options, merged.toString()) == 0,
                "no overlayfs, or no right to mount it");
        try (OpenFile file = kernel.files().open(merged.resolve("a.bin"))) {
            assertThat(cache.residency(file, 0, ALL)).isEqualTo(new Residency(0, 0, 0, Source.MINCORE));
            cache.populate(file, 0, ALL);
            assertThat(cache.residency(file, 0, ALL)).isEqualTo(new Residency(4 * MIB, 0, 0, Source.MINCORE));
            cache.evict(file, 0, ALL);
            assertThat(cache.residency(file, 0, ALL).residentBytes()).isZero();
        } finally {
            assertThat(run("umount", merged.toString())).isZero();
        }
    }

    @Test
    void tmpfsIsAFilesystemToo() throws Exception {
        Path path = Files.createTempFile(Path.of("/dev/shm"), "nowake", ".bin");
        try {
            Files.write(path, new byte[8192]);
            try (OpenFile file = kernel.files().open(path)) {
                assertThat(cache.residency(file, 0, ALL).residentBytes()).isEqualTo(8192);
                cache.populate(file, 0, ALL);
                cache.evict(file, 0, ALL);
                assertThat(cache.residency(file, 0, ALL).residentBytes()).isEqualTo(8192);
            }
        } finally {
            Files.delete(path);
        }
    }

    private static int run(String... command) throws Exception {
        return new ProcessBuilder(command).start().waitFor();
    }
}
