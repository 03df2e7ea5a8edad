package dev.nowake.kernel.contract;

import static dev.nowake.kernel.contract.FileAccessContract.assertFails;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.kernel.DiskSpace;
import dev.nowake.kernel.Errno;
import dev.nowake.kernel.Extent;
import dev.nowake.kernel.FileAccess.ReadMode;
import dev.nowake.kernel.FileStatus;
import dev.nowake.kernel.OpenFile;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What {@link DiskSpace} promises. */
public abstract class DiskSpaceContract {
    private static final long MIB = 1L << 20;

    private KernelUnderTest world;
    private DiskSpace space;

    protected abstract KernelUnderTest newWorld() throws Exception;

    @BeforeEach
    void setUp() throws Exception {
        world = newWorld();
        space = world.kernel().diskSpace();
    }

    @AfterEach
    void tearDown() throws Exception {
        world.close();
    }

    @Test
    void blocksAreSetAsideAndNothingWrittenIsLost() throws Exception {
        Path file = world.sparseFile("sparse", 8 * MIB, new Extent(0, 4096));
        assertThat(space.reserve(file, 0, 4 * MIB)).isTrue();
        FileStatus status = world.kernel().files().status(file);
        assertThat(status.sizeBytes()).isEqualTo(8 * MIB);
        assertThat(status.allocatedBytes()).isBetween(4 * MIB, 4 * MIB + 64 * 1024);
        assertThat(byteAt(file, 100)).isEqualTo(KernelUnderTest.byteAt(100));
        assertThat(byteAt(file, 2 * MIB)).isZero();
    }

    @Test
    void aFileThatWasShorterEndsWithTheRange() throws Exception {
        Path file = world.file("short", 100);
        assertThat(space.reserve(file, MIB, MIB + 5)).isTrue();
        assertThat(world.kernel().files().status(file).sizeBytes()).isEqualTo(2 * MIB + 5);
        assertThat(byteAt(file, 99)).isEqualTo(KernelUnderTest.byteAt(99));
        assertThat(byteAt(file, 100)).isZero();
    }

    @Test
    void whatIsNoFileOrNoRangeIsRefused() throws Exception {
        Path file = world.file("file", 100);
        assertFails(Errno.EINVAL, () -> space.reserve(file, 0, 0));
        assertFails(Errno.EINVAL, () -> space.reserve(file, -1, 10));
        assertFails(Errno.ENOENT, () -> space.reserve(world.folder().resolve("missing"), 0, 10));
        assertFails(Errno.EISDIR, () -> space.reserve(world.newFolder("folder"), 0, 10));
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
