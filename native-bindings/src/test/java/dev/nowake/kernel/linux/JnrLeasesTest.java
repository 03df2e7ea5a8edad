package dev.nowake.kernel.linux;

import dev.nowake.kernel.contract.KernelUnderTest;
import dev.nowake.kernel.contract.LeasesContract;
import org.junit.jupiter.api.Tag;

@Tag("kernel")
class JnrLeasesTest extends LeasesContract {
    @Override
    protected KernelUnderTest newWorld() throws Exception {
        return RealWorld.of(LinuxKernel.open(Binding.JNR));
    }
}
