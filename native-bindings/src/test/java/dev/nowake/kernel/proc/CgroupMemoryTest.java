package dev.nowake.kernel.proc;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Groups, limits and what is charged, on trees of our making; version 2 first. */
class CgroupMemoryTest {
    private static final String UNIFIED = "30 20 0:26 / /sys/fs/cgroup rw shared:4 - cgroup2 cgroup2 rw,nsdelegate\n";

    @TempDir
    Path root;

    private void unified() throws IOException {
        put("proc/self/mountinfo", UNIFIED);
        put("sys/fs/cgroup/cgroup.controllers", "cpu io memory pids\n");
    }

    @Test
    void limitsUpToTheMount() throws IOException {
        unified();
        put("proc/9/cgroup", "0::/a/b:c\n");
        group("sys/fs/cgroup/a/b:c", "max", "1000000", 400000);
        group("sys/fs/cgroup/a", "900000", "max", 800000);
        CgroupMemory memory = CgroupMemory.read(root, 9);

        assertThat(memory.levels()).hasSize(3);
        assertThat(memory.group().version()).isEqualTo(2);
        assertThat(memory.group().path()).isEqualTo("/a/b:c");
        assertThat(memory.group().problem()).isEmpty();
        assertThat(memory.levels().getFirst().maxBytes()).isEqualTo(CgroupMemory.UNLIMITED);
        assertThat(memory.levels().getFirst().highBytes()).isEqualTo(1000000);
        assertThat(memory.roomBytes()).isEqualTo(100000);
        assertThat(memory.chargedBytes()).isEqualTo(400000);
        CgroupMemory.Level tightest = memory.tightest().orElseThrow();
        assertThat(memory.path(tightest)).isEqualTo("/a");
        assertThat(memory.limitFile(tightest)).isEqualTo("memory.max");
        assertThat(memory.limitFile(memory.levels().getFirst())).isEqualTo("memory.high");
    }

    @Test
    void thePathOfThisProcess() throws IOException {
        unified();
        put("proc/self/cgroup", "0::/system.slice/nowake.service\n");
        group("sys/fs/cgroup/system.slice/nowake.service", "5000", "max", 1000);
        assertThat(CgroupMemory.own(root).roomBytes()).isEqualTo(4000);
    }

    @Test
    void aLimitBelowWhatIsChargedLeavesNothing() throws IOException {
        unified();
        put("proc/9/cgroup", "0::/a\n");
        group("sys/fs/cgroup/a", "1000", "max", 5000);
        assertThat(CgroupMemory.read(root, 9).roomBytes()).isZero();
    }

    @Test
    void withoutTheControllerInAGroupItsAncestorCounts() throws IOException {
        unified();
        put("proc/9/cgroup", "0::/a/b\n");
        Files.createDirectories(root.resolve("sys/fs/cgroup/a/b"));
        group("sys/fs/cgroup/a", "max", "max", 700);
        CgroupMemory memory = CgroupMemory.read(root, 9);
        assertThat(memory.chargedBytes()).isEqualTo(700);
        assertThat(memory.roomBytes()).isEqualTo(CgroupMemory.UNLIMITED);
        assertThat(memory.tightest()).isEmpty();
    }

    @Test
    void anotherNamespacesGroupIsNotFound() throws IOException {
        unified();
        put("proc/9/cgroup", "0::/../../outside\n");
        CgroupMemory memory = CgroupMemory.read(root, 9);
        assertThat(memory.levels()).isEmpty();
        assertThat(memory.roomBytes()).isEqualTo(CgroupMemory.UNLIMITED);
        assertThat(memory.chargedBytes()).isEqualTo(-1);
        assertThat(memory.limitHits()).isEqualTo(-1);
        assertThat(memory.group().problem()).contains("namespace");
    }

    @Test
    void cgroup2WithoutItsMemoryController() throws IOException {
        put("proc/self/mountinfo", UNIFIED);
        put("proc/9/cgroup", "0::/a\n");
        put("sys/fs/cgroup/cgroup.controllers", "hugetlb\n");
        CgroupMemory memory = CgroupMemory.read(root, 9);
        assertThat(memory.group().version()).isZero();
        assertThat(memory.group().problem()).contains("no memory controller");
        assertThat(memory.levels()).isEmpty();
    }

    @Test
    void aProcessThatIsGone() throws IOException {
        unified();
        assertThat(CgroupMemory.read(root, 9).group().problem()).contains("gone");
    }

    @Test
    void version1WhereMemoryIsMountedSo() throws IOException {
        put(
                "proc/self/mountinfo",
                "30 20 0:26 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n"
                        + "31 20 0:27 /docker/x /cg rw - cgroup cgroup rw,memory\n");
        put("proc/9/cgroup", "4:memory,hugetlb:/docker/x/in\n1:name=systemd:/\n0::/u\n");
        put("cg/in/memory.limit_in_bytes", "5000\n");
        put("cg/in/memory.usage_in_bytes", "2000\n");
        put("cg/in/memory.soft_limit_in_bytes", "100\n");
        put("cg/in/memory.failcnt", "7\n");
        put("cg/memory.limit_in_bytes", "9223372036854771712\n");
        CgroupMemory memory = CgroupMemory.read(root, 9);
        assertThat(memory.levels()).hasSize(2);
        assertThat(memory.levels().getLast().maxBytes()).isEqualTo(CgroupMemory.UNLIMITED);
        assertThat(memory.roomBytes()).isEqualTo(3000);
        assertThat(memory.group().version()).isEqualTo(1);
        assertThat(memory.limitFile(memory.tightest().orElseThrow())).isEqualTo("memory.limit_in_bytes");
        assertThat(memory.limitHits()).isEqualTo(7);
    }

    @Test
    void anotherContainersGroupIsNotTakenForOurs() throws IOException {
        put("proc/self/mountinfo", "31 20 0:27 /docker/x /cg rw - cgroup cgroup rw,memory\n");
        put("proc/9/cgroup", "4:memory:/docker/xy\n");
        put("cg/memory.limit_in_bytes", "5000\n");
        CgroupMemory memory = CgroupMemory.read(root, 9);
        assertThat(memory.levels()).isEmpty();
        assertThat(memory.group().problem()).contains("no cgroup 1 hierarchy");
        assertThat(memory.group().path()).isEqualTo("/docker/xy");
    }

    @Test
    void theWholeHierarchyIsPreferredToABindMount() throws IOException {
        put(
                "proc/self/mountinfo",
                "31 20 0:27 /docker/x /cg rw - cgroup cgroup rw,memory\n"
                        + "32 20 0:27 / /whole rw - cgroup cgroup rw,memory\n");
        put("proc/9/cgroup", "4:memory:/docker/x\n");
        put("whole/docker/memory.limit_in_bytes", "8000\n");
        put("whole/docker/memory.usage_in_bytes", "1000\n");
        assertThat(CgroupMemory.read(root, 9).roomBytes()).isEqualTo(7000);
    }

    @Test
    void whatIsChargedIsReadAgain() throws IOException {
        unified();
        put("proc/9/cgroup", "0::/a/b\n");
        group("sys/fs/cgroup/a", "9000", "max", 1000);
        group("sys/fs/cgroup/a/b", "max", "max", 1000);
        CgroupMemory first = CgroupMemory.read(root, 9);
        group("sys/fs/cgroup/a", "1", "max", 8000);
        Files.delete(root.resolve("sys/fs/cgroup/a/b/memory.current")); // no limit there: not asked
        assertThat(first.again().orElseThrow().roomBytes()).isEqualTo(1000);
        Files.delete(root.resolve("sys/fs/cgroup/a/memory.current"));
        assertThat(first.again()).isEmpty();
    }

    @Test
    void hitsOfVersion2AreThrottlingAndReclaim() throws IOException {
        unified();
        put("proc/9/cgroup", "0::/a\n");
        group("sys/fs/cgroup/a", "9000", "max", 1000);
        put("sys/fs/cgroup/a/memory.events", "low 5\nhigh 2\nmax 3\noom 1\nhigh many\nmax\n");
        assertThat(CgroupMemory.read(root, 9).limitHits()).isEqualTo(5);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "max", "-1", "12 34", "99999999999999999999999", "\u0000", "nan", "0x10"})
    void oddLimitsAreNone(String limit) throws IOException {
        unified();
        put("proc/9/cgroup", "0::/a\n");
        group("sys/fs/cgroup/a", limit, limit, 1000);
        CgroupMemory memory = CgroupMemory.read(root, 9);
        assertThat(memory.roomBytes()).isEqualTo(CgroupMemory.UNLIMITED);
        assertThat(memory.tightest()).isEmpty();
    }

    private void group(String folder, String max, String high, long current) throws IOException {
        put(folder + "/memory.max", max + "\n");
        put(folder + "/memory.high", high + "\n");
        put(folder + "/memory.current", current + "\n");
    }

    private void put(String path, String text) throws IOException {
        Files.createDirectories(root.resolve(path).getParent());
        Files.write(root.resolve(path), text.getBytes(StandardCharsets.ISO_8859_1));
    }
}
