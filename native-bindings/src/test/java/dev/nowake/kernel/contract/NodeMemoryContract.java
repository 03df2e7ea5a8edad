package dev.nowake.kernel.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.nowake.kernel.Errno;
import dev.nowake.kernel.Features.Feature;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.NodeMemory;
import dev.nowake.kernel.OpenFile;
import java.nio.file.Path;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What {@link NodeMemory} promises. */
public abstract class NodeMemoryContract {
    private static final long SIZE_BYTES = 4 << 20;
    private static final int NO_SUCH_NODE = 1023;

    private KernelUnderTest world;
    private NodeMemory memory;

    protected abstract KernelUnderTest newWorld() throws Exception;

    @BeforeEach
    void setUp() throws Exception {
        world = newWorld();
        memory = world.kernel().nodeMemory();
    }

    @AfterEach
    void tearDown() throws Exception {
        world.close();
    }

    @Test
    void pageCacheIsReclaimedAndCounted() throws Exception {
        assumeTrue(world.kernel().features().has(Feature.NODE_RECLAIM), "Linux 6.17+, and root");
        Path path = world.file("cold", SIZE_BYTES);
        try (OpenFile file = world.kernel().files().open(path)) {
            world.kernel().pageCache().populate(file, 0, SIZE_BYTES);
        }
        assertThat(memory.reclaim(0, SIZE_BYTES)).isBetween(1L, SIZE_BYTES);
    }

    @Test
    void lessThanAPageIsNoRequest() {
        assertFails(Errno.EINVAL, () -> memory.reclaim(0, 0));
        assertFails(Errno.EINVAL, () -> memory.reclaim(0, -5));
    }

    @Test
    void compactionIsDone() throws Exception {
        assumeTrue(world.kernel().features().has(Feature.COMPACTION), "a writable sysfs");
        memory.compact(0);
    }

    @Test
    void aNodeThatIsNotThereIsRefused() {
        assertFails(Errno.ENOENT, () -> memory.reclaim(NO_SUCH_NODE, SIZE_BYTES));
        assertFails(Errno.ENOENT, () -> memory.compact(NO_SUCH_NODE));
        assertFails(Errno.ENOENT, () -> memory.compact(-1));
    }

    private static void assertFails(Errno errno, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        KernelException.class, e -> assertThat(e.errno()).isEqualTo(errno));
    }
}
