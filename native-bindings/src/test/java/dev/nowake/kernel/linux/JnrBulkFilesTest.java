package dev.nowake.kernel.linux;

import dev.nowake.kernel.contract.BulkFilesContract;
import dev.nowake.kernel.contract.KernelUnderTest;
import org.junit.jupiter.api.Tag;

@Tag("kernel")
class JnrBulkFilesTest extends BulkFilesContract {
    @Override
    protected KernelUnderTest newWorld() throws Exception {
        return RealWorld.of(LinuxKernel.open(Binding.JNR));
    }
}
