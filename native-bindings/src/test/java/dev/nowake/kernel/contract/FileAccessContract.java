package dev.nowake.kernel.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.nowake.kernel.Errno;
import dev.nowake.kernel.Extent;
import dev.nowake.kernel.Features.Feature;
import dev.nowake.kernel.FileAccess;
import dev.nowake.kernel.FileAccess.ReadMode;
import dev.nowake.kernel.FileStatus;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.OpenFile;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.nio.file.Path;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@link FileAccess} promises. */
public abstract class FileAccessContract {
    private static final long MIB = 1L << 20;
    private static final long ALL = Long.MAX_VALUE;

    protected KernelUnderTest world;
    protected FileAccess files;

    protected abstract KernelUnderTest newWorld() throws Exception;

    @BeforeEach
    void setUp() throws Exception {
        world = newWorld();
        files = world.kernel().files();
    }

    @AfterEach
    void tearDown() throws Exception {
        world.close();
    }

    /** That the call fails with this errno. */
    static void assertFails(Errno errno, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        KernelException.class, e -> assertThat(e.errno()).isEqualTo(errno));
    }

    @Test
    void aMissingFileIsNamedSo() {
        Path missing = world.folder().resolve("missing");
        assertFails(Errno.ENOENT, () -> files.open(missing));
        assertFails(Errno.ENOENT, () -> files.status(missing));
    }

    @Test
    void aFileIsNoFolder() throws Exception {
        Path path = world.file("file", 10);
        assertFails(Errno.ENOTDIR, () -> files.open(path.resolve("inside")));
    }

    @Test
    void aFileIsOpenedAgainWhateverItsNameIsNow() throws Exception {
        Path path = world.file("again", 5_000);
        try (OpenFile first = files.open(path)) {
            world.delete(path);
            try (OpenFile second = files.reopen(first)) {
                assertThat(second.fd()).isNotEqualTo(first.fd());
                assertThat(files.status(second).inode())
                        .isEqualTo(files.status(first).inode());
                assertThat(files.status(second).sizeBytes()).isEqualTo(5_000);
            }
        }
    }

    @Test
    void statusIsTheSameByPathAndByDescriptor() throws Exception {
        Path path = world.file("status", 12_345);
        try (OpenFile file = files.open(path)) {
            FileStatus status = files.status(file);
            assertThat(status).isEqualTo(files.status(path));
            assertThat(status.isRegular()).isTrue();
            assertThat(status.isDirectory()).isFalse();
            assertThat(status.sizeBytes()).isEqualTo(12_345);
            assertThat(status.allocatedBytes()).isNotNegative();
            assertThat(status.links()).isEqualTo(1);
            assertThat(status.mtimeNanos()).isPositive();
        }
    }

    @Test
    void filesDifferByInodeAndShareTheirDevice() throws Exception {
        FileStatus one = files.status(world.file("one", 1));
        FileStatus two = files.status(world.file("two", 1));
        assertThat(one.inode()).isNotEqualTo(two.inode());
        assertThat(one.device()).isEqualTo(two.device());
    }

    @Test
    void aFolderOpensButDoesNotRead() throws Exception {
        try (OpenFile folder = files.open(world.newFolder("folder"))) {
            assertThat(files.status(folder).isDirectory()).isTrue();
            assertFails(Errno.EISDIR, () -> files.read(folder, 0, ByteBuffer.allocate(10), ReadMode.NORMAL));
        }
    }

    @Test
    void pathFollowsTheFile() throws Exception {
        Path path = world.file("before", 10);
        try (OpenFile file = files.open(path)) {
            assertThat(files.path(file)).isEqualTo(path);
            Path after = world.folder().resolve("after");
            world.move(path, after);
            assertThat(files.path(file)).isEqualTo(after);
            world.delete(after);
            assertThat(files.path(file)).hasToString(after + " (deleted)");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void readFillsTheBufferFromItsPosition(boolean direct) throws Exception {
        long size = 3 * MIB + 17;
        try (OpenFile file = files.open(world.file("read", size))) {
            ByteBuffer target = direct ? ByteBuffer.allocateDirect(1000) : ByteBuffer.allocate(1000);
            target.position(100).limit(900);
            int read = files.read(file, 2 * MIB - 50, target, ReadMode.NORMAL);
            assertThat(read).isEqualTo(800);
            assertThat(target.position()).isEqualTo(900);
            assertThat(target.get(99)).isZero();
            for (int i = 0; i < 800; i++) {
                assertThat(target.get(100 + i)).isEqualTo(KernelUnderTest.byteAt(2 * MIB - 50 + i));
            }
        }
    }

    @Test
    void readEndsWithTheFile() throws Exception {
        try (OpenFile file = files.open(world.file("end", 1000))) {
            ByteBuffer target = ByteBuffer.allocate(100);
            assertThat(files.read(file, 950, target, ReadMode.NORMAL)).isEqualTo(50);
            assertThat(files.read(file, 1000, target, ReadMode.NORMAL)).isZero();
            assertThat(files.read(file, 1L << 50, target, ReadMode.NORMAL)).isZero();
            assertThat(target.position()).isEqualTo(50);
        }
    }

    @Test
    void aFullBufferReadsNothing() throws Exception {
        try (OpenFile file = files.open(world.file("full", 1000))) {
            assertThat(files.read(file, 0, ByteBuffer.allocate(0), ReadMode.NORMAL))
                    .isZero();
        }
    }

    @Test
    void aReadOnlyBufferIsTheCallersMistake() throws Exception {
        try (OpenFile file = files.open(world.file("readonly", 1000))) {
            ByteBuffer target = ByteBuffer.allocate(10).asReadOnlyBuffer();
            assertThatThrownBy(() -> files.read(file, 0, target, ReadMode.NORMAL))
                    .isInstanceOf(ReadOnlyBufferException.class);
        }
    }

    @Test
    void nowaitReadsOnlyWhatIsResident() throws Exception {
        assumeTrue(world.kernel().features().has(Feature.PREADV2_NOWAIT), "no RWF_NOWAIT");
        try (OpenFile file = files.open(world.file("nowait", 4 * MIB))) {
            ByteBuffer target = ByteBuffer.allocate(100);
            assertFails(Errno.EAGAIN, () -> files.read(file, 0, target, ReadMode.NOWAIT));
            world.kernel().pageCache().populate(file, 0, 4096);
            assertThat(files.read(file, 0, target, ReadMode.NOWAIT)).isEqualTo(100);
            assertThat(target.get(9)).isEqualTo(KernelUnderTest.byteAt(9));
        }
    }

    @Test
    void dontcacheLeavesNoPagesBehind() throws Exception {
        assumeTrue(world.kernel().features().has(Feature.PREADV2_DONTCACHE), "no RWF_DONTCACHE");
        try (OpenFile file = files.open(world.file("dontcache", 4 * MIB))) {
            ByteBuffer target = ByteBuffer.allocate(65_536);
            assertThat(files.read(file, 0, target, ReadMode.DONTCACHE)).isEqualTo(65_536);
            assertThat(target.get(65_535)).isEqualTo(KernelUnderTest.byteAt(65_535));
            assertThat(world.kernel().pageCache().residency(file, 0, 65_536).residentBytes())
                    .isZero();
        }
    }

    @Test
    void extentsSkipHoles() throws Exception {
        Extent first = new Extent(MIB, MIB);
        Extent second = new Extent(5 * MIB, 2 * MIB);
        try (OpenFile file = files.open(world.sparseFile("sparse", 20 * MIB, first, second))) {
            assertThat(files.dataExtents(file, 0, ALL)).containsExactly(first, second);
            assertThat(files.dataExtents(file, MIB + 4096, 4 * MIB))
                    .containsExactly(new Extent(MIB + 4096, MIB - 4096), new Extent(5 * MIB, 4096));
            assertThat(files.dataExtents(file, 8 * MIB, ALL)).isEmpty();
            assertThat(files.dataExtents(file, 30 * MIB, ALL)).isEmpty();
        }
    }

    @Test
    void aFileWithoutHolesIsOneExtent() throws Exception {
        try (OpenFile file = files.open(world.file("dense", 3 * MIB + 5))) {
            assertThat(files.dataExtents(file, 0, ALL)).containsExactly(new Extent(0, 3 * MIB + 5));
            assertThat(files.dataExtents(file, 7, 9)).containsExactly(new Extent(7, 9));
        }
    }

    @Test
    void closingTwiceIsHarmlessAndUseAfterwardsIsNot() throws Exception {
        OpenFile file = files.open(world.file("closed", 10));
        file.close();
        file.close();
        assertThat(file.isClosed()).isTrue();
        assertThatThrownBy(() -> files.status(file)).isInstanceOf(IllegalStateException.class);
    }
}
