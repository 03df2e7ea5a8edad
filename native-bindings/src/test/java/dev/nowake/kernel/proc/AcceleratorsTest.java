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

    @Test
    void amdAndIntelDevicesLieWhereTheirPciDevicesDo() throws Exception {
        descriptor(3, "/dev/kfd");
        descriptor(4, "/dev/dri/renderD129");
        descriptor(5, "/dev/dri/card1");
        descriptor(6, "/dev/accel/accel0");
        write("sys/class/drm/renderD129/device/numa_node", "1\n");
        write("sys/class/drm/card1/device/numa_node", "1\n");
        write("sys/class/accel/accel0/device/numa_node", "1\n");
        Accelerators open = Accelerators.of(root, 7);
        assertThat(open.devices())
                .containsExactly(
                        new Accelerators.Device("accel/accel0", 1),
                        new Accelerators.Device("dri/card1", 1),
                        new Accelerators.Device("dri/renderD129", 1),
                        new Accelerators.Device("kfd", -1));
        assertThat(open.node()).isEqualTo(1);
    }

    @Test
    void devicesOnSeveralNodesLieOnNone() throws Exception {
        descriptor(3, "/dev/dri/renderD128");
        descriptor(4, "/dev/dri/renderD129");
        write("sys/class/drm/renderD128/device/numa_node", "0\n");
        write("sys/class/drm/renderD129/device/numa_node", "1\n");
        assertThat(Accelerators.of(root, 7).node()).isEqualTo(-1);
        assertThat(Accelerators.of(root, 8).node()).isEqualTo(-1);
    }

    @Test
    void anAscendCardIsPlacedWhereAllOfThemAre() throws Exception {
        descriptor(3, "/dev/davinci5");
        descriptor(4, "/dev/davinci_manager");
        String driver = "sys/bus/pci/drivers/devdrv_device_driver/";
        write(driver + "0000:01:00.0/numa_node", "2\n");
        write(driver + "0000:02:00.0/numa_node", "2\n");
        write(driver + "module/numa_node", "7\n");
        assertThat(Accelerators.of(root, 7).devices()).containsExactly(new Accelerators.Device("davinci5", 2));
        write(driver + "0000:81:00.0/numa_node", "3\n");
        assertThat(Accelerators.of(root, 7).node()).isEqualTo(-1);
    }
}
