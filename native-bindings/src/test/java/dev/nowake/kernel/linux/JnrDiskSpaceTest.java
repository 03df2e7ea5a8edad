package dev.nowake.kernel.linux;

import dev.nowake.kernel.contract.DiskSpaceContract;
import dev.nowake.kernel.contract.KernelUnderTest;
import org.junit.jupiter.api.Tag;

@Tag("kernel")
class JnrDiskSpaceTest extends DiskSpaceContract {
    @Override
    protected KernelUnderTest newWorld() throws Exception {
        return RealWorld.of(LinuxKernel.open(Binding.JNR));
    }
}
