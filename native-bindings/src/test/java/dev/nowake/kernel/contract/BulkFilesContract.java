package dev.nowake.kernel.contract;

import static dev.nowake.kernel.contract.FileAccessContract.assertFails;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.kernel.BulkFiles;
import dev.nowake.kernel.Errno;
import dev.nowake.kernel.Extent;
import dev.nowake.kernel.FileAccess.ReadMode;
import dev.nowake.kernel.OpenFile;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@link BulkFiles} promises. */
public abstract class BulkFilesContract {
    private static final int BLOCK_BYTES = 4096;
    private static final long MIB = 1L << 20;

    protected KernelUnderTest world;
    protected BulkFiles bulk;

    protected abstract KernelUnderTest newWorld() throws Exception;

    @BeforeEach
    void setUp() throws Exception {
        world = newWorld();
        bulk = world.kernel().bulkFiles();
    }

    @AfterEach
    void tearDown() throws Exception {
        world.close();
    }

    @Test
    void aDirectReadIsAsShortAsTheFile() throws Exception {
        try (OpenFile file = bulk.openDirect(world.file("direct", MIB + 10))) {
            ByteBuffer target = ByteBuffer.allocateDirect(4 * BLOCK_BYTES).alignedSlice(BLOCK_BYTES);
            target.limit(2 * BLOCK_BYTES);
            assertThat(world.kernel().files().read(file, MIB - BLOCK_BYTES, target, ReadMode.NORMAL))
                    .isEqualTo(BLOCK_BYTES + 10);
            assertThat(target.get(0)).isEqualTo(KernelUnderTest.byteAt(MIB - BLOCK_BYTES));
            assertThat(target.get(BLOCK_BYTES + 9)).isEqualTo(KernelUnderTest.byteAt(MIB + 9));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatIsWrittenIsReadBackAndTheRestStays(boolean direct) throws Exception {
        Path path = world.sparseFile("written", 20 * MIB, new Extent(0, MIB));
        ByteBuffer source = direct ? ByteBuffer.allocateDirect(1000) : ByteBuffer.allocate(1000);
        for (int i = 0; i < 1000; i++) {
            source.put(i, (byte) (i + 1));
        }
        source.position(100).limit(900);
        try (OpenFile file = world.kernel().fileSpace().openForWriting(path)) {
            assertThat(bulk.write(file, 5 * MIB + 7, source)).isEqualTo(800);
            assertThat(source.position()).isEqualTo(900);
            assertThat(bulk.write(file, 0, source)).isZero();
            ByteBuffer back = ByteBuffer.allocate(802);
            world.kernel().files().read(file, 5 * MIB + 6, back, ReadMode.NORMAL);
            assertThat(back.get(0)).isZero();
            assertThat(back.get(1)).isEqualTo((byte) 101);
            assertThat(back.get(800)).isEqualTo((byte) 900);
            assertThat(back.get(801)).isZero();
            ByteBuffer before = ByteBuffer.allocate(1);
            world.kernel().files().read(file, MIB - 1, before, ReadMode.NORMAL);
            assertThat(before.get(0)).isEqualTo(KernelUnderTest.byteAt(MIB - 1));
            assertThat(world.kernel().files().status(file).sizeBytes()).isEqualTo(20 * MIB);
        }
    }

    @Test
    void aWriteBehindTheEndMakesTheFileLonger() throws Exception {
        Path path = world.file("longer", 10);
        try (OpenFile file = world.kernel().fileSpace().openForWriting(path)) {
            bulk.write(file, 100, ByteBuffer.wrap(new byte[] {1, 2}));
        }
        assertThat(world.kernel().files().status(path).sizeBytes()).isEqualTo(102);
    }

    @Test
    void aMissingFileIsNamedSo() {
        assertFails(Errno.ENOENT, () -> bulk.openDirect(world.folder().resolve("missing")));
    }

    @Test
    void whatWasOpenedForReadingIsNotWritten() throws Exception {
        try (OpenFile file = bulk.openDirect(world.file("readonly", 10))) {
            assertFails(Errno.EBADF, () -> bulk.write(file, 0, ByteBuffer.allocate(1)));
        }
    }
}
