package dev.nowake.kernel.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nowake.kernel.Errno;
import dev.nowake.kernel.Kernel;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.OpenFile;
import dev.nowake.kernel.ThreadPlacement;
import dev.nowake.kernel.ThreadPlacement.Memory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("kernel")
class LinuxThreadPlacementTest {
    private final Kernel kernel = LinuxKernel.open(Binding.FFM);
    private final ThreadPlacement placement = kernel.placement();

    /** On a platform thread that ends with the test, and its placement with it. */
    private static <T> T apart(Callable<T> work) throws Exception {
        try (ExecutorService thread = Executors.newSingleThreadExecutor()) {
            return thread.submit(work).get();
        }
    }

    private static BitSet bits(int... numbers) {
        BitSet bits = new BitSet();
        for (int number : numbers) {
            bits.set(number);
        }
        return bits;
    }

    @Test
    void aThreadRunsWhereItIsTold() throws Exception {
        BitSet before = placement.affinity(0);
        BitSet last = bits(before.length() - 1);
        assertThat(apart(() -> {
                    placement.runOn(last);
                    return placement.affinity(placement.threadId());
                }))
                .isEqualTo(last);
        assertThat(placement.affinity(0)).isEqualTo(before);
    }

    @Test
    void noAllowedCpuIsRefused() {
        assertThatThrownBy(() -> placement.runOn(bits(8191)))
                .isInstanceOfSatisfying(
                        KernelException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EINVAL));
        assertThatThrownBy(() -> placement.runOn(bits(100_000))).isInstanceOf(KernelException.class);
        assertThatThrownBy(() -> placement.runOn(bits())).isInstanceOf(KernelException.class);
    }

    @Test
    void threadsHaveIdsOfTheirOwn() throws Exception {
        int own = placement.threadId();
        assertThat(Files.exists(Path.of("/proc/self/task/" + own))).isTrue();
        assertThat(apart(placement::threadId)).isNotEqualTo(own);
    }

    @Test
    void memoryComesFromTheNodeTold() throws Exception {
        try (RealWorld world = RealWorld.of(kernel);
                OpenFile file = kernel.files().open(world.file("bound", 1 << 20))) {
            int[] nodes = apart(() -> {
                placement.allocateFrom(Memory.BIND, bits(0));
                kernel.pageCache().populate(file, 0, 1 << 20);
                placement.allocateFrom(Memory.DEFAULT, bits());
                return kernel.pageCache().nodes(file, new long[] {0, 500_000});
            });
            assertThat(nodes).containsExactly(0, 0);
        }
    }

    @Test
    void aNodeThatIsNotThereIsRefused() {
        assertThatThrownBy(() -> placement.allocateFrom(Memory.BIND, bits(1023)))
                .isInstanceOfSatisfying(
                        KernelException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EINVAL));
        assertThatThrownBy(() -> placement.allocateFrom(Memory.INTERLEAVE, bits(5000)))
                .isInstanceOf(KernelException.class);
    }
}
