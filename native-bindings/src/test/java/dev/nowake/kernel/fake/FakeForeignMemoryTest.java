package dev.nowake.kernel.fake;

import dev.nowake.kernel.contract.ForeignMemoryContract;
import dev.nowake.kernel.contract.KernelUnderTest;
import java.nio.file.Path;

class FakeForeignMemoryTest extends ForeignMemoryContract {
    @Override
    protected KernelUnderTest newWorld() throws Exception {
        return new FakeWorld();
    }

    @Override
    protected Mapped mapWhole(Path file, long lengthBytes) throws Exception {
        FakeReader reader = ((FakeKernel) world.kernel()).process(77);
        FakeHandle handle = reader.open(file);
        FakeMapping mapping = handle.mapAll();
        handle.close();
        mapping.touchAll();
        return new Mapped(reader.pid(), mapping.address(), reader::exit);
    }
}
