package dev.nowake.kernel.linux;

import dev.nowake.kernel.contract.FileEventsContract;
import dev.nowake.kernel.contract.KernelUnderTest;
import org.junit.jupiter.api.Tag;

@Tag("kernel")
class JnrFileEventsTest extends FileEventsContract {
    @Override
    protected KernelUnderTest newWorld() throws Exception {
        return RealWorld.of(LinuxKernel.open(Binding.JNR));
    }
}
