package dev.nowake.kernel.linux;

import dev.nowake.kernel.contract.KernelUnderTest;
import dev.nowake.kernel.contract.PageCacheContract;
import dev.nowake.kernel.ffm.FfmLibC;
import org.junit.jupiter.api.Tag;

/** A process that gets signals all the time. */
@Tag("kernel")
class InterruptedPageCacheTest extends PageCacheContract {
    @Override
    protected KernelUnderTest newWorld() throws Exception {
        return RealWorld.of(LinuxKernel.over(new InterruptingLibC(FfmLibC.open())));
    }
}
