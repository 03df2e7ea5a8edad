package dev.nowake.kernel.linux;

import dev.nowake.kernel.contract.FileAccessContract;
import dev.nowake.kernel.contract.KernelUnderTest;
import org.junit.jupiter.api.Tag;

@Tag("kernel")
class FfmFileAccessTest extends FileAccessContract {
    @Override
    protected KernelUnderTest newWorld() throws Exception {
        return RealWorld.of(LinuxKernel.open(Binding.FFM));
    }
}
