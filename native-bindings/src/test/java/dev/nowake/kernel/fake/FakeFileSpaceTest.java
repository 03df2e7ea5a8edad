package dev.nowake.kernel.fake;

import dev.nowake.kernel.contract.FileSpaceContract;
import dev.nowake.kernel.contract.KernelUnderTest;

class FakeFileSpaceTest extends FileSpaceContract {
    @Override
    protected KernelUnderTest newWorld() {
        return new FakeWorld();
    }
}
