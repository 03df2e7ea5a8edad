package dev.nowake.kernel.proc;

import dev.nowake.kernel.PathBytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What a coverage-guided fuzzer calls ({@code samples/fuzz/run.sh}): one reader of /proc or /sys over a tree whose files hold
 * the input, are missing, are folders, or are links that lead to themselves. An input is a byte that says who reads, one that
 * says what the files are, then their content. Any exception is a broken promise, as is a value below zero or a long wait.
 */
public final class FuzzedProc {
    /** Five times what is promised. */
    private static final long PATIENCE_NANOS = 5_000_000_000L;

    private static final int PID = 5;

    private interface Reading {
        void read(Path root);
    }

    private record Reader(List<String> files, Reading reading) {
        Reader(String file, Reading reading) {
            this(List.of(file), reading);
        }
    }

    private static final List<Reader> READERS = List.of(
            new Reader("proc/self/mountinfo", root -> {
                MountInfo mounts = MountInfo.read(root);
                mounts.byPath(Path.of("/a b/c"));
                mounts.mounts().forEach(mount -> mount.hasOption("rw"));
            }),
            new Reader(
                    "proc/meminfo", root -> MemInfo.read(root).values().values().forEach(FuzzedProc::notNegative)),
            new Reader("proc/zoneinfo", root -> {
                ZoneInfo zones = ZoneInfo.read(root);
                notNegative(zones.freeBytes(-1));
                notNegative(zones.highBytes(0));
            }),
            new Reader("proc/vmstat", root -> notNegative(VmStat.read(root).sumOf(""))),
            new Reader(
                    "proc/buddyinfo", root -> notNegative(BuddyInfo.read(root).freeBytesFrom(-1, 0))),
            new Reader("proc/pressure/memory", root -> {
                Pressure.Stall some =
                        Pressure.read(root, Pressure.Resource.MEMORY).some();
                notNegative(some.totalMicros());
                check(some.avg60() >= 0 && some.avg60() < 101, "an average of " + some.avg60());
            }),
            new Reader(
                    List.of(
                            "sys/devices/system/node/online",
                            "sys/devices/system/node/node0/cpulist",
                            "sys/devices/system/node/node0/distance",
                            "sys/devices/system/node/node0/meminfo",
                            "sys/devices/system/cpu/online"),
                    root -> check(!NumaTopology.read(root).nodes().isEmpty(), "no node")),
            new Reader(
                    "sys/class/bdi/8:0/read_ahead_kb",
                    root -> BackingDevice.read(root, DeviceNumber.of(8, 0))
                            .ifPresent(device -> notNegative(device.readAheadBytes()))),
            new Reader(
                    List.of("proc/5/cgroup", "proc/self/mountinfo"),
                    root -> notNegative(CgroupMemory.read(root, PID).roomBytes())),
            new Reader(
                    "proc/5/stat",
                    root -> ProcessInfo.read(root, PID).ifPresent(process -> notNegative(process.startTicks()))),
            new Reader(
                    "proc/5/maps",
                    root -> ProcessMaps.read(root, PID)
                            .mappings()
                            .forEach(mapping -> check(mapping.permissions().length() == 4, "permissions"))),
            new Reader(
                    "proc/5/smaps",
                    root -> ProcessMaps.residentOf(root, PID, 42).forEach(each -> notNegative(each.residentBytes()))),
            new Reader(
                    List.of("proc/5/fdinfo/3"),
                    root -> DescriptorInfo.byNumber(root, PID)
                            .values()
                            .forEach(info -> notNegative(info.positionBytes()))),
            new Reader(
                    List.of("proc/5/maps", "proc/5/fd/3"),
                    root -> OpenFileScan.scan(root, Set.of(new FileKey(0x801, 42)), 1)),
            new Reader(List.of("proc/5/status", "proc/5/numa_maps"), root -> {
                ProcessMemory.of(root, PID);
                ProcessOwner.read(root, PID);
                ThreadOwner.processOf(root, PID);
            }),
            new Reader(List.of("proc/5/io", "proc/self/stat", "proc/self/auxv"), root -> {
                ProcessIo.readBytes(root, PID);
                ProcessUse.ofThis(root);
                check(PageSize.bytes(root) > 0, "no page size");
            }),
            new Reader(
                    List.of(
                            "sys/class/dmi/id/product_name",
                            "proc/device-tree/model",
                            "sys/class/drm/card0/device/mem_info_vram_total",
                            "sys/class/drm/card0/device/mem_info_gtt_total",
                            "proc/driver/nvidia/gpus/0000:01:00.0/information"),
                    root -> {
                        UnifiedMemory.isShared(root);
                        Accelerators.of(root, PID);
                    }),
            new Reader("proc/5/pagemap", root -> {
                Mapping mapping = new Mapping(0, 1 << 16, "r--p", 0, 0x801, 42, null);
                PageTable.present(root, PID, mapping);
            }));

    private static final Set<Path> FOLDERS = new HashSet<>();

    private static Path root;

    private FuzzedProc() {}

    public static void fuzzerTestOneInput(byte[] input) throws IOException {
        if (input.length < 2) {
            return;
        }
        if (root == null) {
            Path memory = Path.of("/dev/shm");
            root = Files.createTempDirectory(Files.isWritable(memory) ? memory : Path.of("."), "nowake-fuzz");
            Runtime.getRuntime().addShutdownHook(new Thread(FuzzedProc::dropRoot));
        }
        Reader reader = READERS.get((input[0] & 0xff) % READERS.size());
        byte[] content = Arrays.copyOfRange(input, 2, input.length);
        List<Path> made = new ArrayList<>();
        for (int i = 0; i < reader.files().size(); i++) {
            Path file = root.resolve(reader.files().get(i));
            if (FOLDERS.add(file.getParent())) {
                Files.createDirectories(file.getParent());
            }
            make(file, (input[1] & 0xff) + i, content);
            made.add(file);
        }
        long start = System.nanoTime();
        reader.reading().read(root);
        check(System.nanoTime() - start < PATIENCE_NANOS, "more than five seconds");
        for (Path file : made) {
            Files.deleteIfExists(file);
        }
    }

    private static void make(Path file, int manner, byte[] content) throws IOException {
        switch (manner % 32) {
            case 1 -> Files.deleteIfExists(file);
            case 2 -> Files.createDirectories(file);
            case 3 -> Files.createSymbolicLink(file, file);
            case 4 -> Files.createSymbolicLink(file, file.resolveSibling("nowhere"));
            case 5 -> Files.createSymbolicLink(file, file.getParent());
            case 6 -> Files.createSymbolicLink(file, link(content));
            case 7 -> {
                byte[] repeated = new byte[Math.min(content.length * 100, 1 << 14)];
                for (int at = 0; at < repeated.length; at += content.length) {
                    System.arraycopy(content, 0, repeated, at, Math.min(content.length, repeated.length - at));
                }
                Files.write(file, repeated);
            }
            default -> Files.write(file, content);
        }
    }

    private static Path link(byte[] content) {
        byte[] name = new byte[Math.clamp(content.length, 1, 200)];
        Arrays.fill(name, (byte) 'x');
        for (int i = 0; i < Math.min(name.length, content.length); i++) {
            name[i] = content[i] == 0 ? (byte) 'x' : content[i];
        }
        return PathBytes.path(name);
    }

    private static void dropRoot() {
        try (Stream<Path> all = Files.walk(root)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        } catch (IOException left) {
            System.err.println("left behind: " + root);
        }
    }

    private static void notNegative(long value) {
        check(value >= 0, "a value of " + value);
    }

    private static void check(boolean holds, String broken) {
        if (!holds) {
            throw new AssertionError(broken);
        }
    }
}
