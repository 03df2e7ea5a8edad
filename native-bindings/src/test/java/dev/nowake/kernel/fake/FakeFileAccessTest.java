package dev.nowake.kernel.fake;

import dev.nowake.kernel.contract.FileAccessContract;
import dev.nowake.kernel.contract.KernelUnderTest;

class FakeFileAccessTest extends FileAccessContract {
    @Override
    protected KernelUnderTest newWorld() {
        return new FakeWorld();
    }
}
