package dev.nowake.kernel.fake;

import dev.nowake.kernel.contract.BulkFilesContract;
import dev.nowake.kernel.contract.KernelUnderTest;

class FakeBulkFilesTest extends BulkFilesContract {
    @Override
    protected KernelUnderTest newWorld() {
        return new FakeWorld();
    }
}
