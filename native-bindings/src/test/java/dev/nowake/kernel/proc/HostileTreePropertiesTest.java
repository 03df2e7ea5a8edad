package dev.nowake.kernel.proc;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** Whatever the files hold, readers return: no exception, no hang, no value that contradicts its own promise. */
class HostileTreePropertiesTest {
    private static final List<String> FILES = List.of(
            "proc/self/mountinfo",
            "proc/self/auxv",
            "proc/meminfo",
            "proc/zoneinfo",
            "proc/vmstat",
            "proc/buddyinfo",
            "proc/pressure/memory",
            "sys/devices/system/node/online",
            "sys/devices/system/node/node0/cpulist",
            "sys/devices/system/node/node0/distance",
            "sys/devices/system/node/node0/meminfo",
            "sys/devices/system/cpu/online",
            "sys/class/bdi/8:0/read_ahead_kb",
            "sys/class/bdi/0:50/read_ahead_kb",
            "sys/class/bdi/cifs-1/read_ahead_kb",
            "sys/fs/fuse/connections/50/max_background",
            "sys/fs/fuse/connections/50/congestion_threshold",
            "sys/fs/fuse/connections/50/waiting",
            "sys/kernel/mm/lru_gen/enabled",
            "sys/module/fuse/parameters/allow_sys_admin_access",
            "proc/fs/fscache/caches",
            "proc/5/cmdline",
            "proc/5/fdinfo/7",
            "proc/5/cgroup",
            "proc/5/stat",
            "proc/self/stat",
            "proc/5/maps",
            "proc/5/smaps",
            "proc/5/fdinfo/3");

    private static final String[] SAMPLES = {
        "20 1 8:1 / /a\\040b rw shared:1 - cgroup2 cgroup2 rw,memory\n",
        "Node 0, zone Normal\n  pages free 100\n boost 1\n min 1\n low 2\n high 99999999999999999999\n managed 3\n",
        "Node 0, zone Normal 1 2 3 18446744073709551615\n",
        "MemTotal: 9223372036854775807 kB\nNode 0 MemFree: 1 kB\n",
        "some avg10=0.00 avg60=99.99 avg300=100.01 total=18446744073709551616\n",
        "0-3,5,7-6,99999999999,1-70000\n",
        "0::/../../a\n4:memory:/x\n",
        "5 (a) b) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23\n",
        "7f00-7fff r--p 00001000 08:01 42 /m (deleted)\nRss: 4 kB\n",
        "pos:\t5\nflags:\t0100000\nino:\t42\n",
        "20 1 0:50 / /m\\012x ro - fuse.rclone r: ro,user_id=99999999999999999999,max_read=-1,allow_other\n",
        "21 1 0:51 / /s rw - cifs //h/s rw,rsize=4194304,rsize=0,cache=,fsc\n",
        "rclone\0mount\0-o\0=,a=b,,\0--vfs-cache-mode\0",
        "fuse_connection:\t50\n",
        "00000001 2 1 2123 1 A default\n0x0007\n",
    };

    private static Path root;

    @BeforeContainer
    static void makeRoot() throws IOException {
        root = Files.createTempDirectory(Files.createDirectories(Path.of("target")), "hostile");
    }

    @AfterContainer
    static void dropRoot() throws IOException {
        try (Stream<Path> all = Files.walk(root)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    @Property(tries = 150)
    void randomBytesEverywhere(@ForAll byte[] bytes) throws IOException {
        fill(bytes);
        readEverything();
    }

    @Property(tries = 350)
    void damagedSamplesEverywhere(@ForAll("damaged") byte[] bytes) throws IOException {
        fill(bytes);
        readEverything();
    }

    @Provide
    Arbitrary<byte[]> damaged() {
        return Arbitraries.of(SAMPLES)
                .list()
                .ofMinSize(1)
                .ofMaxSize(4)
                .flatMap(lines -> Arbitraries.randomValue(random -> damage(String.join("", lines), random)));
    }

    private static byte[] damage(String text, Random random) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        for (int i = random.nextInt(4); i > 0; i--) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
        }
        return random.nextInt(4) == 0 ? Arrays.copyOf(bytes, random.nextInt(bytes.length + 1)) : bytes;
    }

    @Example
    void longLinesEndFast() throws IOException {
        for (String unit : List.of("0", " ", "a ", "1-2,", "\n", "(", ")", "\\040", ":", "Node 0, zone x 1\n")) {
            fill(unit.repeat(100_000).getBytes(StandardCharsets.ISO_8859_1));
            long start = System.nanoTime();
            readEverything();
            assertThat(Duration.ofNanos(System.nanoTime() - start)).as(unit).isLessThan(Duration.ofSeconds(10));
        }
    }

    @Example
    void foldersInPlaceOfFiles() throws IOException {
        dropRoot();
        for (String file : FILES) {
            Files.createDirectories(root.resolve(file));
        }
        readEverything();
        dropRoot();
        Files.createDirectories(root);
    }

    private static void fill(byte[] bytes) throws IOException {
        for (String file : FILES) {
            Path path = root.resolve(file);
            Files.createDirectories(path.getParent());
            // A new file each time: ext4 writes a truncated and rewritten one out at once.
            Files.deleteIfExists(path);
            Files.write(path, bytes);
        }
        Files.createDirectories(root.resolve("proc/5/fd"));
        if (!Files.exists(root.resolve("proc/5/fd/7"), LinkOption.NOFOLLOW_LINKS)) {
            Files.createSymbolicLink(root.resolve("proc/5/fd/7"), Path.of("/dev/fuse"));
        }
    }

    private static void readEverything() {
        MountInfo mounts = MountInfo.read(root);
        mounts.byPath(Path.of("/a b/c"));
        mounts.mounts()
                .forEach(mount -> assertThat(mount.hasOption("no such option")).isFalse());
        readMounts(mounts);
        assertThat(MemInfo.read(root).values().values()).allMatch(value -> value >= 0);
        ZoneInfo zones = ZoneInfo.read(root);
        assertThat(zones.freeBytes(-1)).isNotNegative();
        assertThat(zones.highBytes(0)).isNotNegative();
        assertThat(VmStat.read(root).sumOf("")).isNotNegative();
        ProcessUse use = ProcessUse.ofThis(root);
        assertThat(use.cpuSeconds()).isNotNegative();
        assertThat(use.residentBytes()).isNotNegative();
        assertThat(use.threads()).isNotNegative();
        assertThat(BuddyInfo.read(root).freeBytesFrom(-1, 0)).isNotNegative();
        Pressure.Stall some = Pressure.read(root, Pressure.Resource.MEMORY).some();
        assertThat(some.avg60()).isBetween(0.0, 101.0);
        assertThat(some.totalMicros()).isNotNegative();
        assertThat(NumaTopology.read(root).nodes()).isNotEmpty();
        BackingDevice.read(root, DeviceNumber.of(8, 0))
                .ifPresent(device -> assertThat(device.readAheadBytes()).isNotNegative());
        assertThat(CgroupMemory.read(root, 5).roomBytes()).isNotNegative();
        ProcessInfo.read(root, 5)
                .ifPresent(process -> assertThat(process.startTicks()).isNotNegative());
        ProcessMaps.read(root, 5)
                .mappings()
                .forEach(mapping -> assertThat(mapping.permissions()).hasSize(4));
        ProcessMaps.residentOf(root, 5, 42)
                .forEach(each -> assertThat(each.residentBytes()).isNotNegative());
        DescriptorInfo.read(root, 5, 3)
                .ifPresent(info -> assertThat(info.positionBytes()).isNotNegative());
        assertThat(OpenFileScan.scan(root, Set.of(new FileKey(0x801, 42)), 1)).isNotNull();
    }

    private static void readMounts(MountInfo mounts) {
        FuseServers servers = FuseServers.read(root);
        assertThat(servers.servers()).allMatch(server -> server.pid() == 5 && server.connection() >= -1);
        for (Mount mount : mounts.mounts()) {
            servers.of(mount);
            assertThat(mount.numberOption("rsize")).isGreaterThanOrEqualTo(-1);
            MountReadAhead.read(root, mount, mounts)
                    .ifPresent(readAhead -> assertThat(readAhead.bytes()).isNotNegative());
            FuseConnection.read(root, mount.device())
                    .ifPresent(
                            connection -> assertThat(connection.maxBackground()).isGreaterThanOrEqualTo(-1));
        }
        assertThat(MultiGenLru.switches(root).orElse(0L)).isNotNegative();
        FsCache.read(root);
        ModuleParameter.isOn(root, "fuse", "allow_sys_admin_access");
    }
}
