package dev.nowake.kernel.contract;

import static dev.nowake.kernel.contract.FileAccessContract.assertFails;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.kernel.Errno;
import dev.nowake.kernel.Extent;
import dev.nowake.kernel.FileAccess.ReadMode;
import dev.nowake.kernel.FileSpace;
import dev.nowake.kernel.FileStatus;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.OpenFile;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What {@link FileSpace} promises. */
public abstract class FileSpaceContract {
    private static final long MIB = 1L << 20;

    private KernelUnderTest world;
    private FileSpace space;

    protected abstract KernelUnderTest newWorld() throws Exception;

    @BeforeEach
    void setUp() throws Exception {
        world = newWorld();
        space = world.kernel().fileSpace();
    }

    @AfterEach
    void tearDown() throws Exception {
        world.close();
    }

    @Test
    void blocksAreSetAsideAndNothingWrittenIsLost() throws Exception {
        Path file = world.sparseFile("sparse", 8 * MIB, new Extent(0, 4096));
        assertThat(reserve(file, 0, 4 * MIB)).isTrue();
        FileStatus status = world.kernel().files().status(file);
        assertThat(status.sizeBytes()).isEqualTo(8 * MIB);
        assertThat(status.allocatedBytes()).isBetween(4 * MIB, 4 * MIB + 64 * 1024);
        assertThat(byteAt(file, 100)).isEqualTo(KernelUnderTest.byteAt(100));
        assertThat(byteAt(file, 2 * MIB)).isZero();
    }

    @Test
    void aFileThatWasShorterEndsWithTheRange() throws Exception {
        Path file = world.file("short", 100);
        assertThat(reserve(file, MIB, MIB + 5)).isTrue();
        assertThat(world.kernel().files().status(file).sizeBytes()).isEqualTo(2 * MIB + 5);
        assertThat(byteAt(file, 99)).isEqualTo(KernelUnderTest.byteAt(99));
        assertThat(byteAt(file, 100)).isZero();
    }

    @Test
    void whatIsNoFileOrNoRangeIsRefused() throws Exception {
        Path file = world.file("file", 100);
        assertFails(Errno.EINVAL, () -> reserve(file, 0, 0));
        assertFails(Errno.EINVAL, () -> reserve(file, -1, 10));
        assertFails(Errno.ENOENT, () -> space.openForWriting(world.folder().resolve("missing")));
        assertFails(Errno.EISDIR, () -> space.openForWriting(world.newFolder("folder")));
    }

    @Test
    void whoHasAFileKeepsItUntilHeClosesThatDescriptor() throws Exception {
        Path file = world.file("file", 100);
        try (OpenFile second = space.openForWriting(file)) {
            try (OpenFile first = space.openForWriting(file)) {
                assertThat(space.tryLock(first)).isTrue();
                assertThat(space.tryLock(first)).isTrue();
                assertThat(space.tryLock(second)).isFalse();
                space.openForWriting(file).close();
                assertThat(space.tryLock(second)).isFalse();
            }
            assertThat(space.tryLock(second)).isTrue();
        }
    }

    private boolean reserve(Path path, long offsetBytes, long lengthBytes) throws KernelException {
        try (OpenFile open = space.openForWriting(path)) {
            return space.reserve(open, offsetBytes, lengthBytes);
        }
    }

    private byte byteAt(Path path, long offsetBytes) throws Exception {
        ByteBuffer one = ByteBuffer.allocate(1);
        try (OpenFile open = world.kernel().files().open(path)) {
            assertThat(world.kernel().files().read(open, offsetBytes, one, ReadMode.NORMAL))
                    .isEqualTo(1);
        }
        return one.get(0);
    }
}
