package dev.nowake.kernel.proc;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The compute devices a process has open, by the names its descriptors lead to ({@code /proc/PID/fd}, readlink(2) alone:
 * asks no driver).
 *
 * @param devices in order of their names; empty where the process may not be looked at
 */
public record Accelerators(List<Device> devices) {
    /**
     * One device.
     *
     * @param name below /dev, such as {@code nvidia0}, {@code dri/renderD128} or {@code davinci0}; {@code kfd} is all of
     *     AMD's devices together and lies nowhere, each has its {@code dri/renderD} beside it
     * @param node its NUMA node; -1 where the kernel does not tell
     */
    public record Device(String name, int node) {}

    private static final Pattern NAMES =
            Pattern.compile("/dev/(nvidia[0-9]+|dri/(?:renderD|card)[0-9]+|accel/accel[0-9]+|davinci[0-9]+|kfd)");
    private static final Pattern PCI_ADDRESS = Pattern.compile("[0-9a-f]{4,8}:[0-9a-f]{2}:[0-9a-f]{2}\\.[0-9a-f]");
    private static final String NVIDIA = "nvidia";
    private static final String ASCEND = "davinci";

    public Accelerators {
        devices = List.copyOf(devices);
    }

    /** The one node of all devices whose node is known; -1 where there is none, or they lie on several. */
    public int node() {
        int[] nodes = devices.stream()
                .mapToInt(Device::node)
                .filter(node -> node >= 0)
                .distinct()
                .toArray();
        return nodes.length == 1 ? nodes[0] : -1;
    }

    public static Accelerators of(Path root, int pid) {
        Path folder = root.resolve("proc/" + pid + "/fd");
        String[] descriptors = folder.toFile().list();
        Set<String> names = new TreeSet<>();
        for (String descriptor : descriptors == null ? new String[0] : descriptors) {
            try {
                Matcher device = NAMES.matcher(
                        Files.readSymbolicLink(folder.resolve(descriptor)).toString());
                if (device.matches()) {
                    names.add(device.group(1));
                }
            } catch (IOException closed) {
                continue; // closed meanwhile
            }
        }
        return new Accelerators(
                names.stream().map(name -> new Device(name, node(root, name))).toList());
    }

    private static int node(Path root, String name) {
        if (name.startsWith(NVIDIA)) {
            return nvidiaNode(root, name.substring(NVIDIA.length()));
        }
        if (name.startsWith(ASCEND)) {
            return ascendNode(root);
        }
        String device = name.substring(name.indexOf('/') + 1);
        String kind = name.startsWith("accel/") ? "accel" : "drm";
        return number(ProcFile.text(root.resolve("sys/class/" + kind + "/" + device + "/device/numa_node")));
    }

    /** The driver names its devices by minor number and tells the PCI address of each. */
    private static int nvidiaNode(Path root, String minor) {
        Path gpus = root.resolve("proc/driver/nvidia/gpus");
        String[] addresses = gpus.toFile().list();
        for (String address : addresses == null ? new String[0] : addresses) {
            for (String line : ProcFile.lines(gpus.resolve(address).resolve("information"))) {
                String[] words = ProcFile.words(line);
                if (line.startsWith("Device Minor:") && words[words.length - 1].equals(minor)) {
                    return number(ProcFile.text(root.resolve("sys/bus/pci/devices/" + address + "/numa_node")));
                }
            }
        }
        return -1;
    }

    /**
     * The node that holds all cards. The driver tells nowhere which of its numbers is which card (they follow neither the
     * slots nor the PCI addresses), so where cards are on several nodes it is unknown.
     */
    private static int ascendNode(Path root) {
        Path driver = root.resolve("sys/bus/pci/drivers/devdrv_device_driver");
        String[] entries = driver.toFile().list();
        Set<Integer> nodes = new TreeSet<>();
        for (String entry : entries == null ? new String[0] : entries) {
            if (PCI_ADDRESS.matcher(entry).matches()) {
                nodes.add(number(ProcFile.text(driver.resolve(entry).resolve("numa_node"))));
            }
        }
        return nodes.size() == 1 ? nodes.iterator().next() : -1;
    }

    /** The kernel writes -1 where the firmware does not say. */
    private static int number(String text) {
        return ProcFile.smallNumber(text.strip());
    }
}
