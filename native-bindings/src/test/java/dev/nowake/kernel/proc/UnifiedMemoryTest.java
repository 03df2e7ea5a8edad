package dev.nowake.kernel.proc;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnifiedMemoryTest {
    @TempDir
    Path root;

    private void write(String path, String text) throws Exception {
        Path file = root.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    @Test
    void aHostThatSaysNothingHasMemoryOfItsOwn() {
        assertThat(UnifiedMemory.isShared(root)).isFalse();
    }

    @Test
    void machinesAreKnownByName() throws Exception {
        write("sys/class/dmi/id/product_name", "NVIDIA_DGX Spark\n");
        assertThat(UnifiedMemory.isShared(root)).isTrue();
    }

    @Test
    void aGpuThatBorrowsNearlyAllItsMemoryShares() throws Exception {
        write("sys/class/drm/card1/device/mem_info_vram_total", "536870912\n");
        write("sys/class/drm/card1/device/mem_info_gtt_total", "64424509440\n");
        assertThat(UnifiedMemory.isShared(root)).isTrue();
    }

    @Test
    void aDiscreteCardDoesNot() throws Exception {
        write("sys/class/drm/card0/device/mem_info_vram_total", "25753026560\n");
        write("sys/class/drm/card0/device/mem_info_gtt_total", "67500000000\n");
        assertThat(UnifiedMemory.isShared(root)).isFalse();
    }
}
