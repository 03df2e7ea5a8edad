package dev.nowake.kernel.linux;

import dev.nowake.kernel.contract.FileSpaceContract;
import dev.nowake.kernel.contract.KernelUnderTest;
import org.junit.jupiter.api.Tag;

@Tag("kernel")
class JnrFileSpaceTest extends FileSpaceContract {
    @Override
    protected KernelUnderTest newWorld() throws Exception {
        return RealWorld.of(LinuxKernel.open(Binding.JNR));
    }
}
