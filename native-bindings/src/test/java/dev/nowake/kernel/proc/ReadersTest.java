package dev.nowake.kernel.proc;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The host's readers on trees of our making. */
class ReadersTest {
    @TempDir
    Path root;

    @Test
    void anEmptyTreeGivesEmptyValues() {
        assertThat(MountInfo.read(root).mounts()).isEmpty();
        assertThat(MemInfo.read(root).values()).isEmpty();
        assertThat(MemInfo.read(root).availableBytes()).isZero();
        assertThat(ZoneInfo.read(root).zones()).isEmpty();
        assertThat(VmStat.read(root).value("pgfault")).isZero();
        assertThat(BuddyInfo.read(root).freeBytesFrom(-1, 0)).isZero();
        assertThat(Pressure.read(root, Pressure.Resource.IO).full()).isEqualTo(Pressure.Stall.NONE);
        assertThat(BackingDevice.read(root, DeviceNumber.of(8, 1))).isEmpty();
        assertThat(Cgroups.read(root, 7).memoryPath()).isEmpty();
        assertThat(CgroupMemory.read(root, 7).roomBytes()).isEqualTo(CgroupMemory.UNLIMITED);
        assertThat(NumaTopology.read(root).nodes()).hasSize(1);
        assertThat(NumaTopology.read(root).nodeOfCpu(0).id()).isZero();
    }

    @Test
    void deviceNumbersGoBothWays() {
        assertThat(DeviceNumber.of(8, 1)).isEqualTo(0x801);
        assertThat(DeviceNumber.of(259, 0x12345)).isEqualTo(0x1231_0345L);
        long large = DeviceNumber.of(0xffff_ffffL, 0xffff_ffffL);
        assertThat(large).isEqualTo(-1);
        assertThat(DeviceNumber.format(DeviceNumber.of(0x12345, 0x54321))).isEqualTo("74565:344865");
    }

    @Test
    void meminfoIsInBytes() throws IOException {
        put("proc/meminfo", "MemTotal:  1024 kB\nMemFree: 12 kB\nHugePages_Total:  3\nBroken: many kB\nAlso broken\n");
        MemInfo memory = MemInfo.read(root);
        assertThat(memory.totalBytes()).isEqualTo(1 << 20);
        assertThat(memory.availableBytes()).isEqualTo(12 * 1024);
        assertThat(memory.value("HugePages_Total")).isEqualTo(3);
        assertThat(memory.has("Broken")).isFalse();
    }

    @Test
    void zoneinfoSumsPerNode() throws IOException {
        put("proc/zoneinfo", """
                Node 0, zone      DMA
                  per-node stats
                      nr_inactive_anon 5
                  pages free     100
                        min      1
                        low      2
                        high     3
                        present  300
                        managed  200
                        protection: (0, 5, 6)
                  pagesets
                    cpu: 0
                              high:  77
                              count: 5
                Node 1, zone   Normal
                  pages free     1000
                        boost    7
                        min      10
                        low      20
                        high     30
                        present  3000
                        managed  2000
                """);
        ZoneInfo zones = ZoneInfo.read(root);
        assertThat(zones.zones()).hasSize(2);
        assertThat(zones.zones().getFirst())
                .isEqualTo(new ZoneInfo.Zone(0, "DMA", 409600, 4096, 8192, 12288, 0, 819200, 1228800));
        assertThat(zones.highBytes(0)).isEqualTo(3 * 4096);
        assertThat(zones.boostBytes(1)).isEqualTo(7 * 4096);
        assertThat(zones.freeBytes(-1)).isEqualTo(1100 * 4096);
        assertThat(zones.freeBytes(5)).isZero();
    }

    @Test
    void pageSizeIsTheHosts() throws IOException {
        ByteBuffer auxv = ByteBuffer.allocate(48).order(ByteOrder.nativeOrder());
        auxv.putLong(3).putLong(0x4000).putLong(6).putLong(65536);
        Files.createDirectories(root.resolve("proc/self"));
        Files.write(root.resolve("proc/self/auxv"), auxv.array());
        put("proc/buddyinfo", "Node 0, zone   Normal   5   4   0 1\nNode 1, zone Movable 1\nNode x\n");
        BuddyInfo buddy = BuddyInfo.read(root);
        assertThat(buddy.freeBlocks(0, 1)).isEqualTo(4);
        assertThat(buddy.freeBlocks(-1, 0)).isEqualTo(6);
        assertThat(buddy.freeBlocks(0, 30)).isZero();
        assertThat(buddy.freeBytesFrom(-1, 1)).isEqualTo((4 * 2 + 8) * 65536L);
        assertThat(buddy.freeBytesFrom(1, 1)).isZero();
    }

    /** 2 MiB are order 9 of pages of 4 KiB, and order 5 of pages of 64 KiB. */
    @Test
    void largeBlocksAreThoseOfTwoMebibytesWhateverThePageSize() throws IOException {
        put("proc/buddyinfo", "Node 0, zone Normal 1 1 1 1 1 1 1 1 1 3 1\nNode 1, zone Normal 7 0 0 0 0 1\n");
        assertThat(BuddyInfo.read(root).freeBlockBytes(0)).isEqualTo(10 << 20);
        assertThat(BuddyInfo.read(root).freeBlockBytes(1)).isZero();
        assertThat(BuddyInfo.read(root).freeBlockBytes(-1)).isEqualTo(10 << 20);
        assertThat(BuddyInfo.read(root).freeBlockBytes(7)).isEqualTo(-1);
        ByteBuffer auxv = ByteBuffer.allocate(16).order(ByteOrder.nativeOrder());
        Files.createDirectories(root.resolve("proc/self"));
        Files.write(
                root.resolve("proc/self/auxv"), auxv.putLong(6).putLong(65536).array());
        assertThat(BuddyInfo.read(root).freeBlockBytes(1)).isEqualTo(2 << 20);
    }

    @Test
    void vmstatDeltas() throws IOException {
        put("proc/vmstat", "pgscan_kswapd 10\nallocstall_normal 1\nallocstall_movable 2\nnr_free_pages x\n");
        VmStat before = VmStat.read(root);
        put("proc/vmstat", "pgscan_kswapd 15\n");
        assertThat(VmStat.read(root).since(before, "pgscan_kswapd")).isEqualTo(5);
        assertThat(before.sumOf("allocstall")).isEqualTo(3);
        assertThat(before.has("nr_free_pages")).isFalse();
    }

    @Test
    void pressureOfHostAndCgroup() throws IOException {
        put("proc/pressure/memory", "some avg10=1.25 avg60=100.00 avg300=0.03 total=77\n");
        put("cg/io.pressure", "some avg10=0.00\nfull avg10=2.00 avg60=x avg300=3 total=5\n");
        Pressure memory = Pressure.read(root, Pressure.Resource.MEMORY);
        assertThat(memory.some()).isEqualTo(new Pressure.Stall(1.25, 100, 0.03, 77));
        assertThat(memory.full()).isEqualTo(Pressure.Stall.NONE);
        assertThat(Pressure.ofCgroup(root.resolve("cg"), Pressure.Resource.IO).full())
                .isEqualTo(new Pressure.Stall(2, 0, 3, 5));
    }

    @Test
    void topologyOfTwoNodes() throws IOException {
        put("sys/devices/system/node/online", "0,2-2\n");
        put("sys/devices/system/node/node0/cpulist", "0-1,4\n");
        put("sys/devices/system/node/node0/distance", "10 21\n");
        put("sys/devices/system/node/node0/meminfo", "Node 0 MemTotal: 8 kB\nNode 0 MemFree: 2 kB\n");
        put("sys/devices/system/node/node2/cpulist", "2-3\n");
        NumaTopology topology = NumaTopology.read(root);
        assertThat(topology.nodes()).extracting(NumaTopology.Node::id).containsExactly(0, 2);
        assertThat(topology.node(0).orElseThrow().distances()).containsExactly(10, 21);
        assertThat(topology.node(0).orElseThrow().memory().totalBytes()).isEqualTo(8192);
        assertThat(topology.nodeOfCpu(3).id()).isEqualTo(2);
        assertThat(topology.nodeOfCpu(99).id()).isZero();
        topology.node(0).orElseThrow().cpus().clear();
        assertThat(topology.node(0).orElseThrow().cpus().cardinality()).isEqualTo(3);
    }

    @Test
    void nodesWithHolesWithoutMemoryAndWithoutCpus() throws IOException {
        put("sys/devices/system/node/online", "1,4,9\n");
        put("sys/devices/system/node/node1/cpulist", "0-3\n");
        put("sys/devices/system/node/node1/distance", "10 21 15\n");
        put("sys/devices/system/node/node1/meminfo", "Node 1 MemTotal: 0 kB\n");
        put("sys/devices/system/node/node4/cpulist", "4-7\n");
        put("sys/devices/system/node/node4/distance", "21 10 30\n");
        put("sys/devices/system/node/node4/meminfo", "Node 4 MemTotal: 8 kB\n");
        put("sys/devices/system/node/node9/cpulist", "\n");
        put("sys/devices/system/node/node9/distance", "15 30 10\n");
        put("sys/devices/system/node/node9/meminfo", "Node 9 MemTotal: 8 kB\n");
        NumaTopology topology = NumaTopology.read(root);
        assertThat(topology.withMemory()).extracting(NumaTopology.Node::id).containsExactly(4, 9);
        assertThat(topology.nearestMemory(1).orElseThrow().id()).isEqualTo(9);
        assertThat(topology.nearestMemory(4).orElseThrow().id()).isEqualTo(4);
        assertThat(topology.nearestMemory(0)).isEmpty();
        assertThat(topology.node(9).orElseThrow().cpus().isEmpty()).isTrue();
        put("sys/devices/system/node/node1/distance", "");
        assertThat(NumaTopology.read(root).nearestMemory(1)).isEmpty();
    }

    @Test
    void whereAProcessTakesItsMemory() throws IOException {
        put("proc/7/status", "Name:\tx\nMems_allowed:\t3\nMems_allowed_list:\t0-1,3\n");
        assertThat(ProcessMemory.of(root, 7).allowed().stream().toArray()).containsExactly(0, 1, 3);
        for (String line : new String[] {
            "00400000 bind:1 file=/x", "00400000 bind=static:1 x", "5589a prefer:1\n0 bind:0", "0 prefer (many):1\n"
        }) {
            put("proc/7/numa_maps", line);
            ProcessMemory memory = ProcessMemory.of(root, 7);
            assertThat(memory.mode()).isEqualTo(ProcessMemory.Mode.ON);
            assertThat(memory.nodes().stream().toArray()).containsExactly(1);
        }
        put("proc/7/numa_maps", "00400000 weighted interleave:0-1 file=/x\n");
        assertThat(ProcessMemory.of(root, 7).mode()).isEqualTo(ProcessMemory.Mode.SPREAD);
        for (String line :
                new String[] {"", "0 default file=/bind:1", "0 local\n", "bind:1", "0 bind:\n", "0 bind:1"}) {
            put("proc/7/numa_maps", line);
            assertThat(ProcessMemory.of(root, 7).nodes().isEmpty()).isTrue();
        }
        assertThat(ProcessMemory.of(root, 8).allowed().isEmpty()).isTrue();
    }

    @Test
    void hostileCpuListsAreSkipped() {
        assertThat(CpuList.parse("0-2000000000,5-3,-1,,7,a-b").stream().toArray())
                .containsExactly(7);
    }

    @Test
    void readAheadOfADiskAndOfItsPartition() throws IOException {
        put("sys/class/bdi/8:0/read_ahead_kb", "8192\n");
        put("sys/block/sdb/queue/read_ahead_kb", "128\n");
        Files.createDirectories(root.resolve("sys/block/sdb/sdb1"));
        Files.createDirectories(root.resolve("sys/dev/block"));
        Files.createSymbolicLink(root.resolve("sys/dev/block/8:17"), Path.of("../../block/sdb/sdb1"));
        assertThat(BackingDevice.read(root, DeviceNumber.of(8, 0)).orElseThrow().readAheadBytes())
                .isEqualTo(8 << 20);
        assertThat(BackingDevice.read(root, DeviceNumber.of(8, 17))
                        .orElseThrow()
                        .readAheadBytes())
                .isEqualTo(128 << 10);
    }

    @Test
    void theFileThatAMountShows() throws IOException {
        put("sys/dev/block/7:1/loop/backing_file", "/models/a b.erofs\n");
        put("sys/dev/block/7:1/loop/dio", "1\n");
        put("sys/dev/block/7:2/loop/backing_file", "/models/gone.erofs (deleted)\n");
        put("sys/dev/block/7:2/loop/dio", "0\n");
        assertThat(image("7:1", "ext4", "/dev/loop1", "rw"))
                .contains(new BackingImage(Path.of("/models/a b.erofs"), true));
        assertThat(image("7:2", "erofs", "/dev/loop2", "ro"))
                .contains(new BackingImage(Path.of("/models/gone.erofs"), false));
        assertThat(image("0:40", "erofs", "/models/x.erofs", "ro"))
                .contains(new BackingImage(Path.of("/models/x.erofs"), false));
        assertThat(image("0:41", "erofs", "/models/x.erofs", "ro,directio,acl"))
                .contains(new BackingImage(Path.of("/models/x.erofs"), true));
        assertThat(image("8:1", "erofs", "/dev/sda1", "ro")).isEmpty();
        assertThat(image("0:42", "tmpfs", "tmpfs", "rw")).isEmpty();
        assertThat(image("0:43", "erofs", "none", "ro")).isEmpty();
        assertThat(image("0:44", "erofs", "/a\\000b", "ro")).isEmpty();
    }

    private java.util.Optional<BackingImage> image(String device, String fsType, String source, String options) {
        String line = "9 1 " + device + " / /mnt rw - " + fsType + " " + source + " " + options;
        return BackingImage.of(root, Mount.parse(line).orElseThrow());
    }

    private void put(String path, String text) throws IOException {
        Files.createDirectories(root.resolve(path).getParent());
        Files.write(root.resolve(path), text.getBytes(StandardCharsets.ISO_8859_1));
    }
}
