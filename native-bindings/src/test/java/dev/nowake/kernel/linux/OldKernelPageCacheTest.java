package dev.nowake.kernel.linux;

import dev.nowake.kernel.Errno;
import dev.nowake.kernel.contract.KernelUnderTest;
import dev.nowake.kernel.contract.PageCacheContract;
import dev.nowake.kernel.ffm.FfmLibC;
import dev.nowake.kernel.libc.SystemCall;
import org.junit.jupiter.api.Tag;

/** A kernel before 6.5, which has mincore alone. */
@Tag("kernel")
class OldKernelPageCacheTest extends PageCacheContract {
    @Override
    protected KernelUnderTest newWorld() throws Exception {
        return RealWorld.of(LinuxKernel.over(new FailingLibC(FfmLibC.open()).fail(SystemCall.CACHESTAT, Errno.ENOSYS)));
    }
}
