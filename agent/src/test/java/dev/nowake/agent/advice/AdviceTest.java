package dev.nowake.agent.advice;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.agent.advice.MountLook.Opens;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each finding where it is, and that it is not where all is well. */
class AdviceTest {
    private static final String GOOD_NFS = "vers=4.2,rsize=1048576,proto=tcp,nconnect=8,fsc";
    private static final String ALL = "user_id=0,group_id=0,allow_other";

    @TempDir
    Path root;

    private MountTree tree;

    @BeforeEach
    void make() throws IOException {
        tree = new MountTree(root);
    }

    private void cacheIsActive() throws IOException {
        tree.put("dev/cachefiles", "").put("proc/fs/fscache/caches", "00000001 2 1 2123 1 A default\n");
    }

    private List<String> ids() {
        return tree.findings().stream().map(finding -> finding.id().label()).toList();
    }

    private Finding only(FindingId id) {
        List<Finding> found =
                tree.findings().stream().filter(each -> each.id() == id).toList();
        assertThat(found).hasSize(1);
        return found.getFirst();
    }

    @Test
    void nothingIsSaidOfMountsThatAreAsTheyShouldBe() throws IOException {
        cacheIsActive();
        tree.mount("/nfs", "nfs4", "h:/x", GOOD_NFS)
                .readAhead("0:50", 15360)
                .mount("/smb", "cifs", "//h/x", "rsize=4194304,cache=strict,fsc")
                .readAhead("cifs-1", 8192)
                .mount("/ceph", "ceph", "h:/", "fsc")
                .readAhead("ceph-1", 8192)
                .mount("/9p", "9p", "share", "cache=f,msize=512000")
                .readAhead("9p-1", 8192)
                .mount("/virtio", "virtiofs", "share", "x")
                .readAhead("0:54", 8192)
                .mount("/fuse", "fuse.rclone", "r:", ALL)
                .readAhead("0:55", 8192)
                .connection(55, 64, 48)
                .server(7, 55, "/usr/bin/rclone", "mount", "r:", "/fuse", "--vfs-cache-mode", "full");
        assertThat(tree.findings()).isEmpty();
    }

    @Test
    void whatIsUnknownIsNoFinding() throws IOException {
        cacheIsActive();
        tree.mount("/nfs", "nfs4", "h:/x", "nconnect=4,fsc").mount("/fuse", "fuse", "s3fs", ALL);
        assertThat(tree.findings()).isEmpty();
    }

    @Test
    void localFilesystemsAreNotAdvised() throws IOException {
        tree.readAhead("8:1", 128).mount("/tmp", "tmpfs", "tmpfs", "x").mount("/odd", "someclusterfs", "x", "x");
        assertThat(tree.looks()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "nfs4, 0:50, vers=4.2",
        "nfs, 0:50, vers=3",
        "cifs, cifs-1, rsize=4194304",
        "smb3, smb3-1, rsize=4194304",
        "ceph, ceph-1, x",
        "9p, 9p-1, 'cache=0x1,msize=512000'",
        "virtiofs, 0:50, x",
        "fuse.sshfs, 0:50, allow_other"
    })
    void aSmallReadAheadWindow(String fsType, String device, String options) throws IOException {
        tree.mount("/m", fsType, "h:/x", options).readAhead(device, 128);
        Finding finding = only(FindingId.READ_AHEAD);
        assertThat(finding.mount()).isEqualTo(Path.of("/m"));
        assertThat(finding.figure()).isEqualTo("reads 128 KiB ahead");
        assertThat(finding.effect()).contains("131 MB/s at 2 ms", "26.2 MB/s at 10 ms", "every 256 KiB");
        assertThat(finding.command()).isEqualTo("nowake doctor --fix read-ahead /m");
        tree.readAhead(device, 4096);
        assertThat(ids()).doesNotContain("read-ahead");
        tree.readAhead(device, 0);
        assertThat(only(FindingId.READ_AHEAD).effect()).contains("nothing is read ahead");
    }

    @Test
    void aMountPointIsOneWordOfTheCommand() throws IOException {
        tree.mount("/a\\040b'c", "nfs4", "h:/x", GOOD_NFS).readAhead("0:50", 128);
        assertThat(only(FindingId.READ_AHEAD).command()).endsWith("--fix read-ahead '/a b'\\''c'");
    }

    @ParameterizedTest
    @CsvSource({
        "nfs4, rsize=65536, 'rsize=65536 (64.0 KiB)', 16 requests, rsize=1048576",
        "cifs, rsize=65536, 'rsize=65536 (64.0 KiB)', 64 requests, rsize=4194304",
        "9p, 'cache=5,msize=131072', 'msize=131072 (128 KiB)', 4 requests, msize=512000",
        "fuse.gocryptfs, max_read=65536, 'max_read=65536 (64.0 KiB)', 16 requests, max_read=1048576",
        "fuse.sshfs, max_read=65536, 'max_read=65536 (64.0 KiB)', 16 requests, nowake stage /m DIR"
    })
    void smallRequests(String fsType, String options, String figure, String effect, String command) throws IOException {
        tree.mount("/m", fsType, "h:/x", options + ",allow_other");
        Finding finding = only(FindingId.REQUEST_SIZE);
        assertThat(finding.figure()).isEqualTo(figure);
        assertThat(finding.effect()).contains(effect);
        assertThat(finding.command()).contains(command);
    }

    @ParameterizedTest
    @CsvSource({
        "nfs4, rsize=1048576",
        "cifs, rsize=4194304",
        "9p, 'cache=5,msize=512000'",
        "fuse.x, max_read=131072",
        "fuse.x, max_read=0",
        "nfs4, rsize=x",
        "nfs4, rsize="
    })
    void largeOrUnknownRequests(String fsType, String options) throws IOException {
        tree.mount("/m", fsType, "h:/x", options);
        assertThat(ids()).doesNotContain("request-size");
    }

    @Test
    void oneConnectionOverTcp() throws IOException {
        tree.mount("/a", "nfs4", "h:/x", "proto=tcp").mount("/b", "nfs", "h:/y", "proto=rdma");
        Finding finding = only(FindingId.ONE_CONNECTION);
        assertThat(finding.mount()).isEqualTo(Path.of("/a"));
        assertThat(finding.command()).contains("nconnect=8", "umount /a && mount /a");
    }

    @Test
    void noLocalCache() throws IOException {
        tree.mount("/m", "nfs4", "h:/x", "proto=rdma");
        Finding finding = only(FindingId.NO_LOCAL_CACHE);
        assertThat(finding.command()).contains("cachefilesd", "add fsc to its options", "mount /m");
        cacheIsActive();
        assertThat(only(FindingId.NO_LOCAL_CACHE).command()).doesNotContain("cachefilesd");
    }

    @Test
    void aLocalCacheThatDoesNotRun() throws IOException {
        tree.mount("/m", "nfs4", "h:/x", "proto=rdma,fsc");
        assertThat(only(FindingId.LOCAL_CACHE_OFF).figure()).contains("/dev/cachefiles");
        assertThat(only(FindingId.LOCAL_CACHE_OFF).command()).startsWith("modprobe cachefiles");
        tree.put("dev/cachefiles", "");
        assertThat(only(FindingId.LOCAL_CACHE_OFF).figure()).contains("cachefilesd does not run");
        assertThat(only(FindingId.LOCAL_CACHE_OFF).command()).startsWith("apt install cachefilesd");
        cacheIsActive();
        assertThat(ids()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"9p, x", "9p, cache=none", "9p, cache=0", "9p, cache=0x0", "cifs, cache=none", "fuse.x, x"})
    void withoutPageCacheNothingElseMatters(String fsType, String options) throws IOException {
        tree.mount("/m", fsType, "h:/x", options + ",fsc")
                .readAhead("0:50", 128)
                .readAhead("9p-1", 128)
                .server(7, 50, "someserver", "-o", "rw,direct_io", "/m");
        assertThat(only(FindingId.NO_PAGE_CACHE).effect()).contains("nothing can be prefetched");
        assertThat(ids()).containsExactly("no-page-cache");
    }

    @Test
    void aServersLimitOfRequests() throws IOException {
        tree.mount("/m", "fuse.x", "x", ALL).readAhead("0:50", 128).connection(50, 12, 9);
        Finding finding = only(FindingId.FUSE_BACKGROUND);
        assertThat(finding.figure()).isEqualTo("max_background 12, congestion_threshold 9");
        // as was measured: 0.30
        assertThat(finding.effect()).contains("12 requests", "256 KiB each", "315 MB/s at 10 ms");
        assertThat(finding.command()).isEqualTo("nowake doctor --fix max-background /m");
        tree.readAhead("0:50", 8192);
        assertThat(only(FindingId.FUSE_BACKGROUND).effect()).contains("1.00 MiB each", "1.26 GB/s at 10 ms");
        tree.connection(50, 64, 48);
        assertThat(ids()).isEmpty();
        tree.connection(50, -1, -1);
        assertThat(ids()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"-osync_read, -o sync_read", "--async-read=false, --async-read=false"})
    void readsOneAfterTheOther(String argument, String shown) throws IOException {
        tree.mount("/m", "fuse.x", "x", ALL).server(7, 50, "x", argument, "/m");
        assertThat(only(FindingId.FUSE_SYNC_READ).figure()).startsWith(shown);
        assertThat(ids()).hasSize(1);
    }

    @Test
    void aMountOfSomebodyElse() throws IOException {
        tree.mount("/m", "fuse.sshfs", "h:", "user_id=1000,group_id=1000");
        Finding finding = only(FindingId.FUSE_PRIVATE);
        assertThat(finding.figure()).isEqualTo("mounted by user 1000 without allow_other");
        assertThat(finding.command()).contains("-o allow_other", "user_allow_other in /etc/fuse.conf");
        tree.put("sys/module/fuse/parameters/allow_sys_admin_access", "Y\n");
        assertThat(ids()).isEmpty();
    }

    @Test
    void aMountOfSomebodyElseThatLetsOthersIn() throws IOException {
        tree.mount("/a", "fuse.sshfs", "h:", "user_id=1000,group_id=1000,allow_other")
                .mount("/b", "fuse.x", "h:", "user_id=0,group_id=0")
                .mount("/c", "fuse.x", "h:", "user_id=x");
        assertThat(ids()).isEmpty();
    }

    @Test
    void whatOpensDoIsSaidOnlyWhenSomebodyHasSeenIt() throws IOException {
        tree.mount("/m", "fuse.x", "x", ALL);
        MountLook look = tree.looks().getFirst();
        HostFacts host = HostFacts.read(root);
        assertThat(Advice.of(List.of(look), host)).isEmpty();
        assertThat(Advice.of(List.of(look.withOpens(Opens.KEEP_PAGES)), host)).isEmpty();
        assertThat(Advice.of(List.of(look.withOpens(Opens.DROP_PAGES)), host))
                .singleElement()
                .satisfies(finding -> {
                    assertThat(finding.id()).isEqualTo(FindingId.PAGES_DROPPED_AT_OPEN);
                    assertThat(finding.command()).contains("kernel_cache", "auto_cache");
                });
        assertThat(Advice.of(List.of(look.withOpens(Opens.CACHE_NOTHING)), host))
                .extracting(Finding::id)
                .containsExactly(FindingId.NO_PAGE_CACHE);
    }

    @Test
    void generationsAreToldOfTheHost() throws IOException {
        tree.put("sys/kernel/mm/lru_gen/enabled", "0x0007\n");
        Finding finding = only(FindingId.MGLRU);
        assertThat(finding.mount()).isNull();
        assertThat(finding.figure()).isEqualTo("lru_gen/enabled is 0x7");
        tree.put("sys/kernel/mm/lru_gen/enabled", "0x0000\n");
        assertThat(ids()).isEmpty();
    }

    @Test
    void everyFindingHasAllItsParts() throws IOException {
        tree.mount("/n", "nfs4", "h:/x", "proto=tcp,rsize=4096")
                .readAhead("0:50", 128)
                .mount("/f", "fuse.x", "x", "user_id=5,max_read=4096")
                .readAhead("0:51", 128)
                .connection(51, 12, 9)
                .server(7, 51, "s3fs", "b", "/f", "-o", "sync_read")
                .put("sys/kernel/mm/lru_gen/enabled", "0x0007\n");
        assertThat(tree.findings()).hasSizeGreaterThan(8).allSatisfy(finding -> {
            assertThat(finding.figure()).isNotBlank().doesNotContain("\n");
            assertThat(finding.effect()).isNotBlank().doesNotContain("\n");
            assertThat(finding.command()).isNotBlank().doesNotContain("\n");
        });
    }

    /** docs/mounts.md has a part for each. */
    @Test
    void everyFindingIsDocumented() throws IOException {
        String page = Files.readString(Path.of("../docs/mounts.md"));
        for (FindingId id : FindingId.values()) {
            assertThat(page).contains("\n### " + id.label() + "\n");
        }
    }
}
