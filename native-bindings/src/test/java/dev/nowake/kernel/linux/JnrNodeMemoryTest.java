package dev.nowake.kernel.linux;

import dev.nowake.kernel.contract.KernelUnderTest;
import dev.nowake.kernel.contract.NodeMemoryContract;
import org.junit.jupiter.api.Tag;

@Tag("kernel")
class JnrNodeMemoryTest extends NodeMemoryContract {
    @Override
    protected KernelUnderTest newWorld() throws Exception {
        return RealWorld.of(LinuxKernel.open(Binding.JNR));
    }
}
