package dev.nowake.kernel.fake;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.kernel.contract.KernelUnderTest;
import dev.nowake.kernel.contract.NodeMemoryContract;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class FakeNodeMemoryTest extends NodeMemoryContract {
    @Override
    protected KernelUnderTest newWorld() {
        return new FakeWorld();
    }

    @Test
    void reclaimTakesWhatIsCleanAndNotMapped() throws Exception {
        FakeKernel kernel = new FakeKernel();
        Path clean = kernel.addFile("/clean", 4 << 20);
        Path dirty = kernel.addFile("/dirty", 4 << 20);
        Path mapped = kernel.addFile("/mapped", 4 << 20);
        kernel.makeResident(clean, 0, 4 << 20);
        kernel.makeDirty(dirty, 0, 4 << 20);
        kernel.process(7).open(mapped).map(0, 4 << 20).touchAll();
        assertThat(kernel.nodeMemory().reclaim(0, 2 << 20)).isEqualTo(2 << 20);
        assertThat(kernel.residentBytes(clean)).isEqualTo(2 << 20);
        assertThat(kernel.nodeMemory().reclaim(0, 64 << 20)).isEqualTo(2 << 20);
        assertThat(kernel.residentBytes(dirty) + kernel.residentBytes(mapped)).isEqualTo(8 << 20);
    }
}
