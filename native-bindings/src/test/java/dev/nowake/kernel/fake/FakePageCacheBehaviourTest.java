package dev.nowake.kernel.fake;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.kernel.Errno;
import dev.nowake.kernel.Extent;
import dev.nowake.kernel.Features.Feature;
import dev.nowake.kernel.FileAccess.ReadMode;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.OpenFile;
import dev.nowake.kernel.PageCache;
import dev.nowake.kernel.Residency;
import dev.nowake.kernel.ThreadPlacement.Memory;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.assertj.core.api.Assertions;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The page cache's refusals, as far as the fake alone promises them. */
class FakePageCacheBehaviourTest {
    private static final long MIB = 1L << 20;
    private static final long ALL = Long.MAX_VALUE;

    private final FakeKernel kernel = new FakeKernel();
    private final PageCache cache = kernel.pageCache();
    private final Path path = kernel.addFile("/models/a", 64 * MIB);

    @AfterEach
    void nothingLeaks() {
        assertThat(kernel.openDescriptors()).isZero();
    }

    @Test
    void readaheadIsSilentlyCutAndMakesSinglePages() throws Exception {
        kernel.mount(FakeMount.ext4("/small", 7).withReadAheadBytes(MIB));
        Path small = kernel.addFile("/small/a", 64 * MIB);
        try (OpenFile file = open(small)) {
            cache.readahead(file, MIB, 32 * MIB);
            assertThat(cache.residentExtents(file, 0, ALL)).containsExactly(new Extent(MIB, MIB));
            cache.adviseSequential(file);
            cache.readahead(file, 8 * MIB, 32 * MIB);
            assertThat(kernel.residentBytes(small)).isEqualTo(3 * MIB);
            cache.evict(file, 8 * MIB + 4096, 4096);
            assertThat(kernel.residentBytes(small)).isEqualTo(3 * MIB - 4096);
        }
    }

    @Test
    void foliosHalfInTheRangeStay() throws Exception {
        try (OpenFile file = open(path)) {
            cache.populate(file, 0, ALL);
            for (long at = 0; at < 8 * MIB; at += MIB) {
                cache.evict(file, at, MIB);
            }
            assertThat(kernel.residentBytes(path)).isEqualTo(64 * MIB);
            cache.evict(file, 4096, 4 * MIB);
            assertThat(kernel.residentBytes(path)).isEqualTo(62 * MIB);
            cache.evict(file, 0, 9 * MIB);
            assertThat(kernel.residentBytes(path)).isEqualTo(56 * MIB);
        }
    }

    @Test
    void pagesHalfInTheRangeStaySaveTheLast() throws Exception {
        Path odd = kernel.addFile("/models/odd", 10_000);
        try (OpenFile file = open(odd)) {
            cache.readahead(file, 0, ALL);
            cache.evict(file, 1, 8190);
            assertThat(kernel.residentBytes(odd)).isEqualTo(10_000);
            cache.evict(file, 4096, 10_000 - 4096);
            assertThat(kernel.residentBytes(odd)).isEqualTo(4096);
        }
    }

    @Test
    void dirtyPagesGoAtTheSecondCall() throws Exception {
        kernel.makeDirty(path, 0, 2 * MIB);
        try (OpenFile file = open(path)) {
            assertThat(cache.residency(file, 0, ALL).dirtyBytes()).isEqualTo(2 * MIB);
            cache.evict(file, 0, ALL);
            Residency writing = cache.residency(file, 0, ALL);
            assertThat(writing).isEqualTo(new Residency(2 * MIB, 0, 2 * MIB, Residency.Source.CACHESTAT));
            cache.evict(file, 0, ALL);
            assertThat(kernel.residentBytes(path)).isZero();
        }
    }

    @Test
    void pagesInFlightAreCountedButNeitherReadyNorEvictable() throws Exception {
        kernel.holdReadahead(true);
        try (OpenFile file = open(path)) {
            cache.readahead(file, 0, MIB);
            assertThat(cache.residency(file, 0, ALL).residentBytes()).isEqualTo(MIB);
            assertThat(cache.residentExtents(file, 0, ALL)).isEmpty();
            assertFails(Errno.EAGAIN, () -> kernel.files().read(file, 0, ByteBuffer.allocate(1), ReadMode.NOWAIT));
            cache.evict(file, 0, ALL);
            assertThat(kernel.residentBytes(path)).isEqualTo(MIB);
            kernel.landReadahead(path);
            assertThat(cache.residentExtents(file, 0, ALL)).containsExactly(new Extent(0, MIB));
            cache.evict(file, 0, ALL);
            assertThat(kernel.residentBytes(path)).isZero();
        }
    }

    @Test
    void mappedPagesStayUntilUnmapped() throws Exception {
        FakeReader reader = kernel.process(7);
        FakeHandle handle = reader.open(path);
        FakeMapping mapping = handle.mapAll();
        handle.close();
        assertThat(mapping.touch(4 * MIB, MIB)).isZero();
        assertThat(mapping.touch(4 * MIB, MIB)).isEqualTo(MIB);
        try (OpenFile file = open(path)) {
            cache.populate(file, 0, 8 * MIB);
            cache.evict(file, 0, ALL);
            assertThat(kernel.residentBytes(path)).isEqualTo(MIB);
            reader.exit();
            cache.evict(file, 0, ALL);
            assertThat(kernel.residentBytes(path)).isZero();
        }
    }

    @Test
    void pageOutWorksForALoneMapperOnly() throws Exception {
        FakeReader one = kernel.process(7);
        FakeReader two = kernel.process(8);
        FakeMapping mine = one.open(path).mapAll();
        mine.touch(0, 4 * MIB);
        FakeMapping others = two.open(path).mapAll();
        others.touch(0, 2 * MIB);
        try (OpenFile process = kernel.foreignMemory().openProcess(7)) {
            assertThat(kernel.foreignMemory().pageOut(process, mine.address(), 4 * MIB))
                    .isEqualTo(4 * MIB);
            assertThat(kernel.residentBytes(path)).isEqualTo(2 * MIB);
            assertThat(kernel.foreignMemory().hasExited(process)).isFalse();
            one.exit();
            assertThat(kernel.foreignMemory().hasExited(process)).isTrue();
            assertFails(Errno.ESRCH, () -> kernel.foreignMemory().pageOut(process, mine.address(), MIB));
        }
        assertFails(Errno.ESRCH, () -> kernel.foreignMemory().openProcess(7));
    }

    @Test
    void aFuseMountWithoutKeepCacheDropsPagesAtEachOpen() throws Exception {
        kernel.mount(FakeMount.fuse("/fuse", 9));
        Path far = kernel.addFile("/fuse/a", 4 * MIB);
        FakeMapping mapping = kernel.process(7).open(far).mapAll();
        mapping.touchAll();
        kernel.files().status(far);
        assertThat(kernel.residentBytes(far)).isEqualTo(4 * MIB);
        open(far).close();
        assertThat(kernel.residentBytes(far)).isZero();
        kernel.mount(FakeMount.fuse("/kept", 10).withKeepCache(true));
        Path kept = kernel.addFile("/kept/a", MIB);
        kernel.makeResident(kept, 0, MIB);
        open(kept).close();
        assertThat(kernel.residentBytes(kept)).isEqualTo(MIB);
    }

    @Test
    void aFileCutShortInTheMiddleOfACall() throws Exception {
        kernel.script().before("madvise", call -> {
            if (call.offsetBytes() >= 16 * MIB) {
                kernel.truncate(path, 20 * MIB);
            }
        });
        try (OpenFile file = open(path)) {
            cache.populate(file, 0, ALL);
            assertThat(kernel.residentBytes(path)).isEqualTo(20 * MIB);
            assertThat(cache.sendfile(file, 0, 64 * MIB)).isEqualTo(20 * MIB);
        }
    }

    @Test
    void aFailureInTheMiddleMakesAShortResult() throws Exception {
        kernel.script().failNth("sendfile", 3, Errno.EIO);
        try (OpenFile file = open(path)) {
            assertThat(cache.sendfile(file, 0, ALL)).isEqualTo(16 * MIB);
            kernel.script().failNth("sendfile", 1, Errno.EIO);
            assertFails(Errno.EIO, () -> cache.sendfile(file, 0, ALL));
            kernel.script().failNth("madvise", 2, Errno.ENOMEM);
            assertFails(Errno.ENOMEM, () -> cache.populate(file, 0, ALL));
        }
    }

    @Test
    void aHookMayBlockOneCallWhileOthersGoOn() throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        kernel.script().before("madvise", call -> {
            inside.countDown();
            Assertions.assertThatCode(release::await).doesNotThrowAnyException();
        });
        try (OpenFile file = open(path)) {
            CompletableFuture<Void> populating =
                    CompletableFuture.runAsync(() -> Assertions.assertThatCode(() -> cache.populate(file, 0, MIB))
                            .doesNotThrowAnyException());
            inside.await();
            assertThat(cache.residency(file, 0, ALL).residentBytes()).isZero();
            release.countDown();
            populating.join();
            assertThat(kernel.residentBytes(path)).isEqualTo(MIB);
        }
    }

    @Test
    void residencyMayBeUnknown() throws Exception {
        kernel.hideResidency(path);
        try (OpenFile file = open(path)) {
            assertThat(cache.residency(file, 0, ALL)).isEqualTo(Residency.UNKNOWN);
            assertFails(Errno.EPERM, () -> cache.residentExtents(file, 0, ALL));
        }
    }

    @Test
    void featuresCanBeMissing() throws Exception {
        kernel.without(Feature.CACHESTAT).without(Feature.POPULATE_READ).without(Feature.MEMORY_POLICY);
        kernel.makeDirty(path, 0, MIB);
        try (OpenFile file = open(path)) {
            assertThat(cache.residency(file, 0, ALL)).isEqualTo(new Residency(MIB, 0, 0, Residency.Source.MINCORE));
            assertFails(Errno.EINVAL, () -> cache.populate(file, 0, MIB));
            assertFails(Errno.ENOSYS, () -> kernel.placement().allocateFrom(Memory.BIND, nodes(0)));
        }
        assertThat(kernel.features().whyMissing(Feature.CACHESTAT)).isNotBlank();
    }

    @Test
    void memoryPolicySteersNewPages() throws Exception {
        kernel.nodes(2, 4);
        try (OpenFile file = open(path)) {
            kernel.placement().allocateFrom(Memory.BIND, nodes(1));
            cache.populate(file, 0, MIB);
            kernel.placement().allocateFrom(Memory.INTERLEAVE, nodes(0, 1));
            cache.readahead(file, 4 * MIB, MIB);
            kernel.placement().allocateFrom(Memory.DEFAULT, nodes());
            kernel.placement().runOn(nodes(5));
            cache.populate(file, 8 * MIB, MIB);
            assertThat(cache.nodes(file, new long[] {0, 4 * MIB, 4 * MIB + 4096, 8 * MIB, 32 * MIB}))
                    .containsExactly(1, 0, 1, 1, -2);
        }
        assertFails(Errno.EINVAL, () -> kernel.placement().allocateFrom(Memory.BIND, nodes(2)));
        assertFails(Errno.EINVAL, () -> kernel.placement().runOn(nodes(99)));
    }

    @Test
    void dontcacheLeavesWhatWasThere() throws Exception {
        kernel.makeResident(path, 0, 4096);
        try (OpenFile file = open(path)) {
            ByteBuffer target = ByteBuffer.allocate(8192);
            assertThat(kernel.files().read(file, 0, target, ReadMode.DONTCACHE)).isEqualTo(8192);
            assertThat(kernel.residentBytes(path)).isEqualTo(4096);
        }
    }

    private OpenFile open(Path file) throws KernelException {
        return kernel.files().open(file);
    }

    private static BitSet nodes(int... bits) {
        BitSet set = new BitSet();
        for (int bit : bits) {
            set.set(bit);
        }
        return set;
    }

    private static void assertFails(Errno errno, ThrowingCallable call) {
        Assertions.assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        KernelException.class, e -> assertThat(e.errno()).isEqualTo(errno));
    }
}
