package dev.nowake.kernel.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.nowake.kernel.Errno;
import dev.nowake.kernel.Extent;
import dev.nowake.kernel.OpenFile;
import dev.nowake.kernel.PageCache;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What {@link PageCache} promises. */
public abstract class PageCacheContract {
    protected static final long MIB = 1L << 20;
    private static final long ALL = Long.MAX_VALUE;
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    protected KernelUnderTest world;
    protected PageCache cache;

    protected abstract KernelUnderTest newWorld() throws Exception;

    @BeforeEach
    void setUp() throws Exception {
        world = newWorld();
        cache = world.kernel().pageCache();
    }

    @AfterEach
    void tearDown() throws Exception {
        world.close();
    }

    private OpenFile open(Path path) throws Exception {
        return world.kernel().files().open(path);
    }

    private long resident(OpenFile file) throws Exception {
        return cache.residency(file, 0, ALL).residentBytes();
    }

    private void awaitResident(OpenFile file, long offsetBytes, long lengthBytes) {
        await().atMost(PATIENCE)
                .until(() -> cache.residency(file, offsetBytes, lengthBytes).residentBytes() == lengthBytes);
    }

    private void evictAll(OpenFile file) {
        await().atMost(PATIENCE).until(() -> {
            cache.evict(file, 0, ALL);
            return resident(file) == 0;
        });
    }

    @Test
    void aFreshFileIsKnownAndNotResident() throws Exception {
        try (OpenFile file = open(world.file("fresh", 4 * MIB))) {
            assertThat(cache.residency(file, 0, ALL).isKnown()).isTrue();
            assertThat(resident(file)).isZero();
            assertThat(cache.residentExtents(file, 0, ALL)).isEmpty();
        }
    }

    @Test
    void populateHasBroughtInAllOfTheRangeWhenItReturns() throws Exception {
        long size = 12 * MIB + 123;
        try (OpenFile file = open(world.file("populate", size))) {
            cache.populate(file, 0, size);
            assertThat(resident(file)).isEqualTo(size);
            assertThat(cache.residentExtents(file, 0, ALL)).containsExactly(new Extent(0, size));
        }
    }

    @Test
    void populateOfAPartLeavesFarPartsAlone() throws Exception {
        try (OpenFile file = open(world.file("part", 64 * MIB))) {
            cache.populate(file, 3 * MIB + 5, MIB);
            assertThat(cache.residency(file, 3 * MIB + 5, MIB).residentBytes()).isEqualTo(MIB);
            assertThat(cache.residency(file, 48 * MIB, 16 * MIB).residentBytes())
                    .isZero();
        }
    }

    @Test
    void sendfileMovesAndBringsIn() throws Exception {
        long size = 6 * MIB + 1;
        try (OpenFile file = open(world.file("sendfile", size))) {
            assertThat(cache.sendfile(file, 0, ALL)).isEqualTo(size);
            assertThat(resident(file)).isEqualTo(size);
            assertThat(cache.sendfile(file, MIB + 1, MIB)).isEqualTo(MIB);
        }
    }

    @Test
    void readThroughMovesAndBringsIn() throws Exception {
        long size = 3 * MIB + 7;
        try (OpenFile file = open(world.file("read", size))) {
            assertThat(cache.readThrough(file, 0, ALL)).isEqualTo(size);
            assertThat(resident(file)).isEqualTo(size);
            assertThat(cache.readThrough(file, 3 * MIB, ALL)).isEqualTo(7);
        }
    }

    @Test
    void readaheadIsCutToTheCapAndPromisesNothing() throws Exception {
        long cap = world.readaheadCapBytes();
        assumeTrue(cap > 0 && cap <= 32 * MIB, "no usable read-ahead cap");
        try (OpenFile file = open(world.file("readahead", 2 * cap + 4 * MIB))) {
            cache.readahead(file, 0, ALL);
            awaitResident(file, 0, cap);
            assertThat(resident(file)).isLessThanOrEqualTo(cap);
        }
    }

    @Test
    void readaheadInChunksBringsInEverything() throws Exception {
        long chunk = 128 << 10;
        long size = 4 * MIB;
        try (OpenFile file = open(world.file("chunks", size))) {
            for (long at = 0; at < size; at += chunk) {
                cache.readahead(file, at, chunk);
            }
            awaitResident(file, 0, size);
        }
    }

    @Test
    void evictDropsCleanPages() throws Exception {
        try (OpenFile file = open(world.file("evict", 8 * MIB + 1))) {
            cache.populate(file, 0, ALL);
            evictAll(file);
            assertThat(cache.residentExtents(file, 0, ALL)).isEmpty();
        }
    }

    @Test
    void evictLeavesWhatLiesOutside() throws Exception {
        try (OpenFile file = open(world.file("middle", 12 * MIB))) {
            cache.populate(file, 0, ALL);
            await().atMost(PATIENCE).until(() -> {
                cache.evict(file, 4 * MIB, 4 * MIB);
                return cache.residency(file, 4 * MIB, 4 * MIB).residentBytes() == 0;
            });
            assertThat(cache.residentExtents(file, 0, ALL))
                    .containsExactly(new Extent(0, 4 * MIB), new Extent(8 * MIB, 4 * MIB));
        }
    }

    @Test
    void mappedPagesStay() throws Exception {
        Path path = world.file("mapped", 8 * MIB);
        try (OpenFile file = open(path)) {
            try (KernelUnderTest.Reader reader = world.mapElsewhere(path, 2 * MIB, 2 * MIB)) {
                assertThat(reader).isNotNull();
                cache.evict(file, 0, ALL);
                assertThat(cache.residency(file, 2 * MIB, 2 * MIB).residentBytes())
                        .isEqualTo(2 * MIB);
            }
            evictAll(file);
        }
    }

    @Test
    void dirtyPagesGoOnceWritten() throws Exception {
        try (OpenFile file = open(world.dirtyFile("dirty", 4 * MIB))) {
            assertThat(resident(file)).isEqualTo(4 * MIB);
            assertThat(cache.residency(file, 0, ALL).dirtyBytes()).isBetween(0L, 4 * MIB);
            evictAll(file);
            assertThat(cache.residency(file, 0, ALL).dirtyBytes()).isZero();
        }
    }

    @Test
    void residencyNeverExceedsTheRange() throws Exception {
        long size = 2 * MIB + 100;
        try (OpenFile file = open(world.file("unaligned", size))) {
            cache.populate(file, 0, ALL);
            assertThat(cache.residency(file, 1, 1).residentBytes()).isEqualTo(1);
            assertThat(cache.residency(file, 4095, 2).residentBytes()).isEqualTo(2);
            assertThat(cache.residency(file, 2 * MIB, ALL).residentBytes()).isEqualTo(100);
            assertThat(cache.residentExtents(file, 10, 20)).containsExactly(new Extent(10, 20));
        }
    }

    @Test
    void rangesPastTheEndAreCutOff() throws Exception {
        try (OpenFile file = open(world.file("short", 5000))) {
            cache.readahead(file, 5000, 1);
            cache.populate(file, 1 << 20, ALL);
            cache.evict(file, ALL, ALL);
            assertThat(cache.sendfile(file, 5000, ALL)).isZero();
            assertThat(cache.readThrough(file, 5000, ALL)).isZero();
            assertThat(cache.residency(file, 5000, ALL).residentBytes()).isZero();
            assertThat(cache.residentExtents(file, 5000, ALL)).isEmpty();
            assertThat(resident(file)).isZero();
        }
    }

    @Test
    void anEmptyFileIsNoSpecialCase() throws Exception {
        try (OpenFile file = open(world.file("empty", 0))) {
            cache.populate(file, 0, ALL);
            cache.readahead(file, 0, ALL);
            cache.evict(file, 0, ALL);
            cache.adviseSequential(file);
            assertThat(cache.sendfile(file, 0, ALL)).isZero();
            assertThat(cache.residency(file, 0, ALL).isKnown()).isTrue();
            assertThat(resident(file)).isZero();
            assertThat(cache.nodes(file, new long[] {0})).containsExactly(-Errno.ENOENT.number());
        }
    }

    @Test
    void negativeRangesAreTheCallersMistake() throws Exception {
        try (OpenFile file = open(world.file("negative", 5000))) {
            assertThatThrownBy(() -> cache.residency(file, -1, 1)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> cache.populate(file, 0, -1)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void lookingChangesNothing() throws Exception {
        try (OpenFile file = open(world.file("look", 8 * MIB))) {
            cache.readThrough(file, 0, 4096);
            List<Extent> before = cache.residentExtents(file, 0, ALL);
            cache.residency(file, 0, ALL);
            cache.nodes(file, new long[] {0, 6 * MIB});
            assertThat(cache.residentExtents(file, 0, ALL)).isEqualTo(before);
        }
    }

    @Test
    void nodesNameResidentPagesOnly() throws Exception {
        try (OpenFile file = open(world.file("nodes", 64 * MIB))) {
            cache.populate(file, 0, MIB);
            int[] nodes = cache.nodes(file, new long[] {0, 4097, 60 * MIB, 64 * MIB, 1L << 50});
            assertThat(nodes[0]).isNotNegative();
            assertThat(nodes[1]).isNotNegative();
            assertThat(nodes).endsWith(-2, -2, -2);
        }
    }

    @Test
    void aFileCutShortIsShort() throws Exception {
        Path path = world.file("cut", 8 * MIB);
        try (OpenFile file = open(path)) {
            cache.populate(file, 0, ALL);
            world.truncate(path, 10_000);
            assertThat(resident(file)).isLessThanOrEqualTo(10_000);
            cache.populate(file, 0, 8 * MIB);
            assertThat(resident(file)).isEqualTo(10_000);
            assertThat(cache.sendfile(file, 0, 8 * MIB)).isEqualTo(10_000);
        }
    }

    @Test
    void aDeletedFileLivesOnInItsDescriptor() throws Exception {
        Path path = world.file("gone", 2 * MIB);
        try (OpenFile file = open(path)) {
            world.delete(path);
            cache.populate(file, 0, ALL);
            assertThat(resident(file)).isEqualTo(2 * MIB);
            evictAll(file);
        }
    }

    @Test
    void aClosedFileIsRefused() throws Exception {
        OpenFile file = open(world.file("closed", 5000));
        file.close();
        assertThatThrownBy(() -> cache.residency(file, 0, 1)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> cache.evict(file, 0, 1)).isInstanceOf(IllegalStateException.class);
    }
}
