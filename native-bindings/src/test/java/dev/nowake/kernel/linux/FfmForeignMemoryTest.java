package dev.nowake.kernel.linux;

import dev.nowake.kernel.Features.Feature;
import dev.nowake.kernel.contract.ForeignMemoryContract;
import dev.nowake.kernel.contract.KernelUnderTest;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;

@Tag("kernel")
class FfmForeignMemoryTest extends ForeignMemoryContract {
    @Override
    protected KernelUnderTest newWorld() throws Exception {
        KernelUnderTest world = RealWorld.of(LinuxKernel.open(Binding.FFM));
        Assumptions.assumeTrue(world.kernel().features().has(Feature.PAGEMAP_SCAN), "PAGEMAP_SCAN is younger");
        return world;
    }

    @Override
    protected Mapped mapWhole(Path file, long lengthBytes) throws Exception {
        JavaProcess holder = JavaProcess.start(MapHolder.class, file);
        return new Mapped(holder.pid(), Long.parseLong(holder.line().split(" ")[0]), holder::close);
    }
}
