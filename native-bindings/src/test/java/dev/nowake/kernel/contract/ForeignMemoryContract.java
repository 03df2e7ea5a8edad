package dev.nowake.kernel.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nowake.kernel.Errno;
import dev.nowake.kernel.Extent;
import dev.nowake.kernel.ForeignMemory;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.OpenFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What {@link ForeignMemory} promises of page tables. */
public abstract class ForeignMemoryContract {
    private static final long MIB = 1 << 20;
    private static final long SIZE_BYTES = 8 * MIB;

    protected KernelUnderTest world;
    protected ForeignMemory memory;
    private Path path;

    protected abstract KernelUnderTest newWorld() throws Exception;

    /** Where another process, which has closed the file, has it mapped from its start, with each page touched. */
    protected abstract Mapped mapWhole(Path file, long lengthBytes) throws Exception;

    public record Mapped(int pid, long address, KernelUnderTest.Reader holder) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            holder.close();
        }
    }

    @BeforeEach
    void setUp() throws Exception {
        world = newWorld();
        memory = world.kernel().foreignMemory();
        path = world.file("mapped", SIZE_BYTES);
    }

    @AfterEach
    void tearDown() throws Exception {
        world.close();
    }

    @Test
    void whatAProcessHasMappedIsOneRunAndWhatWasTakenFromItIsNoneOfIt() throws Exception {
        try (Mapped mapped = mapWhole(path, SIZE_BYTES);
                OpenFile table = memory.openPageTable(mapped.pid())) {
            assertThat(memory.present(table, mapped.address(), SIZE_BYTES))
                    .isEqualTo(List.of(new Extent(0, SIZE_BYTES)));
            assertThat(memory.present(table, mapped.address() + MIB, MIB)).isEqualTo(List.of(new Extent(0, MIB)));
            try (OpenFile process = memory.openProcess(mapped.pid())) {
                memory.pageOut(process, mapped.address() + 2 * MIB, 2 * MIB);
            }
            assertThat(memory.present(table, mapped.address(), SIZE_BYTES))
                    .isEqualTo(List.of(new Extent(0, 2 * MIB), new Extent(4 * MIB, 4 * MIB)));
            assertThat(memory.present(table, mapped.address() + 2 * MIB, 2 * MIB))
                    .isEmpty();
        }
    }

    @Test
    void whoIsGoneHasNoPageTable() throws Exception {
        assertThatThrownBy(() -> memory.openPageTable(Integer.MAX_VALUE - 1))
                .isInstanceOfSatisfying(
                        KernelException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENOENT));
        try (Mapped mapped = mapWhole(path, SIZE_BYTES);
                OpenFile table = memory.openPageTable(mapped.pid())) {
            mapped.holder().close();
            assertThat(memory.present(table, mapped.address(), SIZE_BYTES)).isEmpty();
        }
    }
}
