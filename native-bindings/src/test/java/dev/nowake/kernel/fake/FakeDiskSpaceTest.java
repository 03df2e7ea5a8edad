package dev.nowake.kernel.fake;

import dev.nowake.kernel.contract.DiskSpaceContract;
import dev.nowake.kernel.contract.KernelUnderTest;

class FakeDiskSpaceTest extends DiskSpaceContract {
    @Override
    protected KernelUnderTest newWorld() {
        return new FakeWorld();
    }
}
