package dev.nowake.kernel.fake;

import dev.nowake.kernel.contract.KernelUnderTest;
import dev.nowake.kernel.contract.LeasesContract;

class FakeLeasesTest extends LeasesContract {
    @Override
    protected KernelUnderTest newWorld() {
        return new FakeWorld();
    }
}
