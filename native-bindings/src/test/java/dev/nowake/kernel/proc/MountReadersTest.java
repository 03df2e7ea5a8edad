package dev.nowake.kernel.proc;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What /proc and /sys tell of network and FUSE mounts, on trees of our making. */
class MountReadersTest {
    @TempDir
    Path root;

    @Test
    void nothingIsKnownOfAnEmptyTree() throws IOException {
        Mount mount = mounts("20 1 0:50 / /m rw - nfs4 h:/x rw\n").mounts().getFirst();
        assertThat(MountReadAhead.read(root, mount, MountInfo.read(root))).isEmpty();
        assertThat(FuseConnection.read(root, mount.device())).isEmpty();
        assertThat(FuseServers.read(root)).isEqualTo(new FuseServers(List.of(), true));
        assertThat(FsCache.read(root)).isEqualTo(new FsCache(false, false));
        assertThat(MultiGenLru.switches(root)).isEmpty();
        assertThat(ModuleParameter.isOn(root, "fuse", "allow_sys_admin_access")).isFalse();
        assertThat(ProcessCommand.read(root, 7)).isEmpty();
    }

    @Test
    void optionsHaveValues() throws IOException {
        Mount mount = mounts("20 1 0:50 / /m rw,a=1 - nfs4 h:/x rw,rsize=65536,nconnect=,rsize2=5,n=-1\n")
                .mounts()
                .getFirst();
        assertThat(mount.option("rsize")).contains("65536");
        assertThat(mount.option("a")).contains("1");
        assertThat(mount.option("nconnect")).contains("");
        assertThat(mount.option("rs")).isEmpty();
        assertThat(mount.numberOption("rsize")).isEqualTo(65536);
        assertThat(mount.numberOption("n")).isEqualTo(-1);
        assertThat(mount.numberOption("x")).isEqualTo(-1);
    }

    @Test
    void readAheadOfADeviceThatIsNamedByItsNumber() throws IOException {
        put("sys/class/bdi/0:50/read_ahead_kb", "128\n");
        put("sys/class/bdi/7:0/read_ahead_kb", "4096\n");
        put("sys/class/bdi/7:0-fuseblk/read_ahead_kb", "256\n");
        MountInfo mounts = mounts("20 1 0:50 / /m rw - nfs4 h:/x rw\n21 1 7:0 / /n rw - fuseblk /dev/loop0 rw\n");
        assertThat(readAhead(mounts, 0)).isEqualTo(128 << 10);
        assertThat(readAhead(mounts, 1)).as("not the disk's own").isEqualTo(256 << 10);
        assertThat(MountReadAhead.read(root, mounts.mounts().getFirst(), mounts)
                        .orElseThrow()
                        .file())
                .isEqualTo(root.resolve("sys/class/bdi/0:50/read_ahead_kb"));
    }

    @Test
    void readAheadOfANumberedDeviceWhileThereIsOne() throws IOException {
        put("sys/class/bdi/cifs-3/read_ahead_kb", "8192\n");
        put("sys/class/bdi/cifs-x/read_ahead_kb", "1\n");
        put("sys/class/bdi/ceph-1/read_ahead_kb", "2\n");
        MountInfo one = mounts("20 1 0:50 / /m rw - cifs //h/x rw\n21 1 0:50 /sub /n rw - cifs //h/x rw\n");
        assertThat(readAhead(one, 0)).isEqualTo(8 << 20);
        MountInfo two = mounts("20 1 0:50 / /m rw - cifs //h/x rw\n21 1 0:51 / /n rw - cifs //h/y rw\n");
        assertThat(readAhead(two, 0)).as("whose it is nobody tells").isEqualTo(-1);
        put("sys/class/bdi/cifs-4/read_ahead_kb", "128\n");
        assertThat(readAhead(mounts("20 1 0:50 / /m rw - cifs //h/x rw\n"), 0))
                .as("another namespace has the other")
                .isEqualTo(-1);
    }

    @Test
    void fuseConnectionsHaveTheKernelsNumbers() throws IOException {
        assertThat(FuseConnection.number(DeviceNumber.of(0, 50))).isEqualTo(50);
        assertThat(FuseConnection.number(DeviceNumber.of(7, 3))).isEqualTo((7 << 20) + 3);
        put("sys/fs/fuse/connections/50/max_background", "12\n");
        put("sys/fs/fuse/connections/50/congestion_threshold", "nine\n");
        FuseConnection connection =
                FuseConnection.read(root, DeviceNumber.of(0, 50)).orElseThrow();
        assertThat(connection.maxBackground()).isEqualTo(12);
        assertThat(connection.congestionThreshold()).isEqualTo(-1);
        assertThat(connection.waiting()).isEqualTo(-1);
    }

    @Test
    void serversAreFoundByTheConnectionTheyHold() throws IOException {
        process(8, "rclone\0mount\0r:\0/elsewhere\0");
        link("proc/8/fd/5", "/dev/fuse");
        put("proc/8/fdinfo/5", "pos:\t0\nfuse_connection:\t50\n");
        process(9, "sshfs\0h:\0/m\0");
        link("proc/9/fd/3", "/dev/fuse");
        put("proc/9/fdinfo/3", "pos:\t0\nfuse_connection:\t51\n");
        process(10, "sh\0/m\0");
        link("proc/10/fd/0", "/dev/null");
        assertThat(servers("0:50"))
                .containsExactly(new FuseServers.Server(8, 50, List.of("rclone", "mount", "r:", "/elsewhere")));
        assertThat(servers("0:52")).isEmpty();
    }

    @Test
    void onKernelsThatDoNotTellServersAreFoundByTheirMountPoint() throws IOException {
        process(8, "rclone\0mount\0r:\0/m/\0--vfs-cache-mode\0full\0");
        link("proc/8/fd/5", "/dev/fuse");
        put("proc/8/fdinfo/5", "pos:\t0\n");
        process(9, "sshfs\0h:\0/other\0");
        link("proc/9/fd/3", "/dev/fuse");
        process(10, "cat\0/m\0");
        assertThat(servers("0:50")).extracting(FuseServers.Server::pid).containsExactly(8);
    }

    @Test
    void aCacheIsBoundOrNot() throws IOException {
        put("dev/cachefiles", "");
        put(
                "proc/fs/fscache/caches",
                "CACHE    REF   VOLS  OBJS  ACCES S NAME\n======== ===== ===== ===== ===== = ====\n");
        process(9, "cachefilesd\0");
        assertThat(FsCache.read(root)).isEqualTo(new FsCache(true, false));
        put(
                "proc/fs/fscache/caches",
                "CACHE    REF   VOLS  OBJS  ACCES S NAME\n00000001     2     1  2123     1 A default\n");
        assertThat(FsCache.read(root).isActive()).isTrue();
        put("proc/fs/fscache/caches", "00000001     2     1  2123     1 P default\n");
        assertThat(FsCache.read(root).isActive()).as("in preparation").isFalse();
        Files.delete(root.resolve("proc/fs/fscache/caches"));
        assertThat(FsCache.read(root).isActive())
                .as("by its daemon, before 5.17")
                .isTrue();
    }

    @Test
    void generationsAreBits() throws IOException {
        put("sys/kernel/mm/lru_gen/enabled", "0x0007\n");
        assertThat(MultiGenLru.switches(root)).contains(7L);
        put("sys/kernel/mm/lru_gen/enabled", "0x0000\n");
        assertThat(MultiGenLru.switches(root)).contains(0L);
        put("sys/kernel/mm/lru_gen/enabled", "y\n");
        assertThat(MultiGenLru.switches(root)).isEmpty();
    }

    private List<FuseServers.Server> servers(String device) throws IOException {
        return FuseServers.read(root)
                .of(mounts("20 1 " + device + " / /m rw - fuse x rw\n").mounts().getFirst());
    }

    private long readAhead(MountInfo mounts, int index) {
        return MountReadAhead.read(root, mounts.mounts().get(index), mounts)
                .map(MountReadAhead::bytes)
                .orElse(-1L);
    }

    private void process(int pid, String commandLine) throws IOException {
        put("proc/" + pid + "/cmdline", commandLine);
        String name = commandLine.substring(0, commandLine.indexOf('\0'));
        put("proc/" + pid + "/stat", pid + " (" + name + ") S" + " 0".repeat(30) + "\n");
        Files.createDirectories(root.resolve("proc/" + pid + "/fd"));
    }

    private void link(String name, String target) throws IOException {
        Files.createSymbolicLink(root.resolve(name), Path.of(target));
    }

    private MountInfo mounts(String text) throws IOException {
        put("proc/self/mountinfo", text);
        return MountInfo.read(root);
    }

    private void put(String name, String text) throws IOException {
        Path file = root.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }
}
