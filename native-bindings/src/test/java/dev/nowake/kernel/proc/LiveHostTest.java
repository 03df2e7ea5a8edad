package dev.nowake.kernel.proc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each reader once against the host the test runs on. */
class LiveHostTest {
    private static final Path HOST = Path.of("/");
    private static final int OWN = (int) ProcessHandle.current().pid();

    @TempDir
    Path folder;

    @Test
    void memoryAddsUp() {
        MemInfo memory = MemInfo.read();
        assertThat(memory.totalBytes()).isGreaterThan(256L << 20);
        assertThat(memory.freeBytes()).isBetween(1L, memory.totalBytes());
        // Nodes, not meminfo: a balloon is in the one and not in the other, and may move between two looks.
        await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> {
            long total = NumaTopology.read().nodes().stream()
                    .mapToLong(node -> node.memory().totalBytes())
                    .sum();
            assertThat(ZoneInfo.read().managedBytes(-1)).isCloseTo(total, within(total / 100));
        });
        ZoneInfo zones = ZoneInfo.read();
        assertThat(zones.highBytes(-1)).isGreaterThan(zones.lowBytes(-1)).isLessThan(memory.totalBytes());
        BuddyInfo buddy = BuddyInfo.read();
        assertThat(buddy.freeBytesFrom(-1, 0)).isBetween(1L, memory.totalBytes());
        assertThat(buddy.freeBytesFrom(-1, 9)).isLessThanOrEqualTo(buddy.freeBytesFrom(-1, 0));
        assertThat(PageSize.bytes(HOST)).isGreaterThanOrEqualTo(4096);
    }

    @Test
    void countersOnlyGrow() {
        VmStat before = VmStat.read();
        assertThat(before.value("pgfault")).isPositive();
        assertThat(VmStat.read().since(before, "pgfault")).isNotNegative();
        assertThat(before.has("no_such_counter")).isFalse();
    }

    @Test
    void thisProcessUsesSomething() {
        ProcessUse use = ProcessUse.ofThis(HOST);
        assertThat(use.cpuSeconds()).isPositive();
        assertThat(use.residentBytes()).isBetween(10L << 20, use.virtualBytes());
        assertThat(use.threads()).isPositive();
        assertThat(use.openDescriptors()).isGreaterThanOrEqualTo(3);
    }

    @Test
    void topologyHasThisCpu() {
        NumaTopology topology = NumaTopology.read();
        assertThat(topology.nodes()).isNotEmpty();
        assertThat(topology.nodes().getFirst().cpus().cardinality()).isPositive();
        long total = topology.nodes().stream()
                .mapToLong(node -> node.memory().totalBytes())
                .sum();
        assertThat(total).isPositive();
    }

    @Test
    void ownMountIsFoundByPathAndDevice() throws IOException {
        Path file = Files.createFile(folder.resolve("a"));
        long device = ProcessFiles.key(file).device();
        MountInfo mounts = MountInfo.read();
        Mount mount = mounts.byPath(file.toRealPath()).orElseThrow();
        assertThat(mounts.byId(mount.id())).contains(mount);
        if (!Set.of("btrfs", "overlay").contains(mount.fsType())) {
            assertThat(mount.device()).isEqualTo(device);
            assertThat(mounts.byDevice(device)).map(Mount::fsType).contains(mount.fsType());
        }
        assertThat(mounts.byPath(Path.of("/proc/self/fd"))).map(Mount::fsType).contains("proc");
    }

    @Test
    void ownProcessIsSeen() {
        ProcessInfo own = ProcessInfo.read(OWN).orElseThrow();
        assertThat(own.pid()).isEqualTo(OWN);
        assertThat(own.command()).isEqualTo("java");
        assertThat(own.startTicks()).isPositive();
        assertThat(own.parent())
                .isEqualTo((int) ProcessHandle.current().parent().orElseThrow().pid());
        assertThat(ProcessInfo.pids(HOST)).contains(OWN);
        assertThat(ProcessMaps.read(OWN).mappings())
                .anyMatch(mapping -> mapping.path().endsWith("libjvm.so"));
        assertThat(Cgroups.read(OWN).memoryPath()).isNotNull();
        assertThat(CgroupMemory.read(OWN).roomBytes()).isPositive();
    }

    @Test
    void anOpenDescriptorIsFoundWithItsPosition() throws IOException {
        Path file = folder.resolve("read");
        Files.write(file, new byte[9000]);
        try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "r")) {
            open.readFully(new byte[5000]);
            ProcessFiles files = ProcessFiles.read(OWN);
            List<Integer> descriptors = files.descriptorsOf(ProcessFiles.key(file));
            assertThat(files.complete()).isTrue();
            assertThat(descriptors).hasSize(1);
            DescriptorInfo info =
                    DescriptorInfo.read(OWN, descriptors.getFirst()).orElseThrow();
            assertThat(info.positionBytes()).isEqualTo(5000);
            assertThat(info.isDirect()).isFalse();
            assertThat(info.isWritable()).isFalse();
            assertThat(info.isPathOnly()).isFalse();
        }
        assertThat(ProcessFiles.read(OWN).descriptorsOf(ProcessFiles.key(file))).isEmpty();
    }

    @Test
    void directReadersAreTold() throws IOException {
        Path file = Files.write(folder.resolve("direct"), new byte[1 << 20]);
        FileKey key = ProcessFiles.key(file);
        // Nobody takes what dd writes: it stays where it is, with its input open.
        Process reader = new ProcessBuilder("dd", "if=" + file, "iflag=direct", "bs=1M").start();
        try {
            await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> {
                int pid = (int) reader.pid();
                List<Integer> descriptors = ProcessFiles.read(pid).descriptorsOf(key);
                assertThat(descriptors).isNotEmpty();
                assertThat(DescriptorInfo.read(pid, descriptors.getFirst()))
                        .hasValueSatisfying(info -> assertThat(info.isDirect()).isTrue());
            });
        } finally {
            reader.destroyForcibly();
            reader.onExit().join();
        }
    }

    @Test
    void scanSurvivesProcessesThatVanishMeanwhile() throws Exception {
        Path file = Files.write(folder.resolve("held"), new byte[4096]);
        FileKey key = ProcessFiles.key(file);
        Process holder =
                new ProcessBuilder("sleep", "60").redirectInput(file.toFile()).start();
        Process churn = new ProcessBuilder("sh", "-c", "while :; do /bin/true; done").start();
        Set<Integer> alwaysHidden = OpenFileScan.scan(Set.of(key)).hidden();
        try {
            for (int i = 0; i < 50; i++) {
                OpenFileScan.Users users = OpenFileScan.scan(Set.of(key));
                assertThat(users.pids(key)).containsExactly((int) holder.pid());
                assertThat(users.hidden()).isSubsetOf(alwaysHidden);
            }
        } finally {
            for (Process process : List.of(holder, churn)) {
                process.destroyForcibly();
                process.onExit().join();
            }
        }
    }

    @Test
    void aTouchedMappingIsResident() throws IOException {
        Path file = folder.resolve("mapped");
        Files.write(file, new byte[1 << 20]);
        FileKey key = ProcessFiles.key(file);
        try (FileChannel channel = FileChannel.open(file)) {
            var mapped = channel.map(FileChannel.MapMode.READ_ONLY, 0, 1 << 20);
            mapped.load();
            List<ProcessMaps.Resident> resident = ProcessMaps.residentOf(HOST, OWN, key.inode());
            assertThat(resident).hasSize(1);
            assertThat(resident.getFirst().residentBytes()).isEqualTo(1 << 20);
            assertThat(resident.getFirst().mapping().lengthBytes()).isEqualTo(1 << 20);
            assertThat(mapped.get(5)).isZero();
        }
    }

    @Test
    void scanFindsAnotherProcessByDescriptor() throws IOException {
        Path file = folder.resolve("held");
        Files.write(file, new byte[4096]);
        FileKey key = ProcessFiles.key(file);
        Process holder =
                new ProcessBuilder("sleep", "60").redirectInput(file.toFile()).start();
        try (FileChannel ours = FileChannel.open(file)) {
            OpenFileScan.Users users = OpenFileScan.scan(Set.of(key, new FileKey(1, 1)));
            assertThat(users.pids(key)).containsExactly((int) holder.pid());
            assertThat(users.inUse(new FileKey(1, 1))).isFalse();
            assertThat(ours.isOpen()).isTrue();
        } finally {
            holder.destroyForcibly();
            holder.onExit().join();
        }
        assertThat(OpenFileScan.scan(Set.of(key)).inUse(key)).isFalse();
    }

    @Test
    void scanFindsAnotherProcessByMapping() throws IOException {
        Path copy = folder.resolve("sleep");
        Files.copy(Path.of("/bin/sleep").toRealPath(), copy);
        assertThat(copy.toFile().setExecutable(true)).isTrue();
        FileKey key = ProcessFiles.key(copy);
        Process holder = new ProcessBuilder(copy.toString(), "60").start();
        try {
            OpenFileScan.Users users = OpenFileScan.scan(Set.of(key));
            assertThat(users.mapped().get(key)).containsExactly((int) holder.pid());
            assertThat(users.opened()).doesNotContainKey(key);
        } finally {
            holder.destroyForcibly();
            holder.onExit().join();
        }
    }

    /** Such a file is answered once: what is read after a first byte is its end. */
    @Test
    void settingsAreReadWhole() {
        Path host = Path.of("/");
        assertThat(Sysctl.text(host, "kernel/random/boot_id")).matches("[0-9a-f-]{36}");
        assertThat(Sysctl.number(host, "fs/nr_open")).isGreaterThan(1000);
        assertThat(Sysctl.number(host, "fs/not_there")).isEqualTo(-1);
    }
}
