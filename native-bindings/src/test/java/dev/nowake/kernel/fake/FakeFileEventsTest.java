package dev.nowake.kernel.fake;

import dev.nowake.kernel.contract.FileEventsContract;
import dev.nowake.kernel.contract.KernelUnderTest;

class FakeFileEventsTest extends FileEventsContract {
    @Override
    protected KernelUnderTest newWorld() {
        return new FakeWorld();
    }
}
