package dev.nowake.kernel.proc;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AcceleratorsTest {
    @TempDir
    Path root;

    private void write(String path, String text) throws Exception {
        Path file = root.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private void descriptor(int fd, String target) throws Exception {
        Path link = root.resolve("proc/7/fd/" + fd);
        Files.createDirectories(link.getParent());
        Files.createSymbolicLink(link, Path.of(target));
    }

    @Test
    void devicesAreFoundByNameWithTheirNodes() throws Exception {
        descriptor(3, "/dev/nvidia1");
        descriptor(4, "/dev/nvidia1");
        descriptor(5, "/dev/dri/renderD128");
        descriptor(6, "/dev/nvidiactl");
        descriptor(7, "/models/dev/nvidia0");
        descriptor(8, "socket:[1]");
        write("proc/driver/nvidia/gpus/0000:01:00.0/information", "Model: x\nDevice Minor: \t 0\n");
        write("proc/driver/nvidia/gpus/0000:81:00.0/information", "Model: x\nDevice Minor: \t 1\n");
        write("sys/bus/pci/devices/0000:01:00.0/numa_node", "0\n");
        write("sys/bus/pci/devices/0000:81:00.0/numa_node", "1\n");
        write("sys/class/drm/renderD128/device/numa_node", "-1\n");
        assertThat(Accelerators.of(root, 7).devices())
                .containsExactly(new Accelerators.Device("dri/renderD128", -1), new Accelerators.Device("nvidia1", 1));
    }

    @Test
    void whoIsNotThereHasNone() {
        assertThat(Accelerators.of(root, 8).devices()).isEmpty();
    }

    @Test
    void aDriverThatTellsNothingLeavesTheNodeUnknown() throws Exception {
        descriptor(3, "/dev/nvidia0");
        assertThat(Accelerators.of(root, 7).devices()).containsExactly(new Accelerators.Device("nvidia0", -1));
    }
}
