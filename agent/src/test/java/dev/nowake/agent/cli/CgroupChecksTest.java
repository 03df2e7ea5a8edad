package dev.nowake.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.agent.cli.DoctorVerb.Check;
import dev.nowake.kernel.proc.CgroupMemory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What doctor finds, and the lines of status and explain, on trees of our making. */
class CgroupChecksTest {
    private static final long GIB = 1L << 30;
    private static final String UNIT = "system.slice/nowake.service";

    @TempDir
    Path root;

    private void version2(String path, String controllers) throws IOException {
        put("proc/self/mountinfo", "30 20 0:26 / /cg rw - cgroup2 cgroup2 rw\n");
        put("proc/self/cgroup", "0::/" + path + "\n");
        put("cg/cgroup.controllers", controllers + "\n");
    }

    private void group(String path, String max, String high, long currentBytes) throws IOException {
        put("cg/" + path + "/memory.max", max + "\n");
        put("cg/" + path + "/memory.high", high + "\n");
        put("cg/" + path + "/memory.current", currentBytes + "\n");
    }

    private Check limit() {
        return CgroupChecks.limit("daemon (pid 7)", CgroupMemory.own(root), 4 * GIB);
    }

    @Test
    void aLimitThatIsTooSmallAndTheCommandThatTakesItAway() throws IOException {
        version2(UNIT, "memory");
        group(UNIT, "" + GIB, "max", GIB / 4);
        Check check = limit();
        assertThat(check.ok()).isFalse();
        assertThat(check.detail())
                .contains("daemon (pid 7), /" + UNIT)
                .contains("memory.max of /" + UNIT + " is 1.00 GiB, 256 MiB of it charged")
                .contains("736 MiB can be prefetched at a time")
                .contains("less than the 4.00 GiB window")
                .contains("systemctl set-property nowake.service MemoryMax=infinity")
                .contains("/etc/systemd/system/nowake.service.d/memory.conf with [Service] MemoryMax=infinity");
    }

    @Test
    void theLimitMayBeASlicesAndMayThrottleOnly() throws IOException {
        version2(UNIT, "memory");
        group(UNIT, "max", "max", GIB / 4);
        group("system.slice", "max", "" + 2 * GIB, GIB);
        assertThat(limit().detail())
                .contains("memory.high of /system.slice is 2.00 GiB")
                .contains("systemctl set-property system.slice MemoryHigh=infinity")
                .contains("[Slice] MemoryHigh=infinity");
    }

    @Test
    void aPodsLimitIsKubernetesToChange() throws IOException {
        version2("kubepods.slice/kubepods-pod1.slice/cri-containerd-2.scope", "memory");
        group("kubepods.slice/kubepods-pod1.slice/cri-containerd-2.scope", "" + GIB, "max", 0);
        assertThat(limit().detail()).contains("resources.limits.memory").doesNotContain("systemctl");
    }

    @Test
    void aGroupOfNoUnit() throws IOException {
        version2("mine", "memory");
        group("mine", "" + GIB, "max", 0);
        assertThat(limit().detail()).contains("echo max > " + root.resolve("cg/mine/memory.max"));
    }

    @Test
    void noLimitOrALargeOneIsNoFinding() throws IOException {
        version2(UNIT, "memory");
        group(UNIT, "max", "max", GIB);
        assertThat(limit()).isEqualTo(new Check("cgroup-limit", true, "daemon (pid 7), /" + UNIT + ": no limit"));
        group(UNIT, "" + 64 * GIB, "max", GIB);
        assertThat(limit().ok()).isTrue();
        assertThat(limit().detail()).contains("64.0 GiB").contains("room for a full window");
    }

    @Test
    void whyNoLimitIsKnown() throws IOException {
        version2(UNIT, "hugetlb");
        assertThat(limit().detail()).contains("no limit is known: no control group counts memory here");
        Check hierarchies = CgroupChecks.hierarchies(root);
        assertThat(hierarchies.ok()).isFalse();
        assertThat(hierarchies.detail()).contains("no cgroup counts memory").contains("version 2 hugetlb");
    }

    @Test
    void bothVersionsSideBySide() throws IOException {
        put("proc/self/mountinfo", "30 20 0:26 / /cg rw - cgroup2 cgroup2 rw\n31 20 0:27 / /m rw - cgroup c memory\n");
        put("proc/self/cgroup", "4:memory,pids:/a\n2:name=systemd:/\n0::/\n");
        put("cg/cgroup.controllers", "hugetlb\n");
        put("m/a/memory.limit_in_bytes", GIB + "\n");
        put("m/a/memory.usage_in_bytes", "4096\n");
        assertThat(CgroupChecks.hierarchies(root))
                .isEqualTo(new Check(
                        "cgroup", true, "version 1 counts memory; version 1 has memory pids, version 2 hugetlb"));
        assertThat(limit().detail()).contains("echo -1 > " + root.resolve("m/a/memory.limit_in_bytes"));
    }

    @Test
    void withoutADaemonItIsThisProcess() throws IOException {
        version2(UNIT, "memory");
        group(UNIT, "max", "max", GIB);
        List<Check> checks = CgroupChecks.of(root, 0);
        assertThat(checks).hasSize(2);
        assertThat(checks.getLast().detail()).startsWith("this process; no daemon answers, /" + UNIT);
    }

    @Test
    void linesForPeople() {
        String group = """
                {"version":2,"path":"/pods/a\\u001b[2J","chargedBytes":%d,"limitHits":0,"limitBytes":%s,\
                "limitPath":"/pods","limitFile":"memory.max","problem":%s,"roomBytes":%s}
                """;
        assertThat(CgroupText.reader(json(group, 1 << 20, "" + GIB, "null", "null")))
                .isEqualTo("/pods/a\\x1b[2J (v2): 1.00 MiB charged, limit 1.00 GiB (memory.max of /pods)");
        assertThat(CgroupText.charging(json("{\"limitIsOurs\":true}"))).contains("nowake's own too");
        assertThat(CgroupText.charging(json("{\"limitIsOurs\":false}"))).contains("not to this one");
        assertThat(CgroupText.own(json(group, 1 << 20, "" + GIB, "null", "1024")))
                .endsWith("(memory.max of /pods), 1.00 KiB left for prefetch");
        assertThat(CgroupText.own(json(group, 1 << 20, "null", "null", "null"))).endsWith("charged, no limit");
        assertThat(CgroupText.own(json(group, 0, "null", "\"no /proc\"", "null")))
                .isEqualTo("unknown: no /proc");
        assertThat(CgroupText.own(JsonMapper.shared().readTree("{}").path("cgroup")))
                .isEqualTo("unknown: the daemon does not say");
    }

    private static JsonNode json(String text, Object... values) {
        return JsonMapper.shared().readTree(text.formatted(values));
    }

    private void put(String path, String text) throws IOException {
        Files.createDirectories(root.resolve(path).getParent());
        Files.writeString(root.resolve(path), text);
    }
}
