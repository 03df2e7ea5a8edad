package dev.nowake.kernel.fake;

import dev.nowake.kernel.contract.KernelUnderTest;
import dev.nowake.kernel.contract.PageCacheContract;

class FakePageCacheTest extends PageCacheContract {
    @Override
    protected KernelUnderTest newWorld() {
        return new FakeWorld();
    }
}
