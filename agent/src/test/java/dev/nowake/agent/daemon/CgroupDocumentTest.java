package dev.nowake.agent.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CgroupDocumentTest {
    private static final long MIB = 1L << 20;

    @TempDir
    Path root;

    @BeforeEach
    void aDaemonAndAPod() throws IOException {
        put("proc/self/mountinfo", "30 20 0:26 / /cg rw - cgroup2 cgroup2 rw\n");
        put("proc/self/cgroup", "0::/shared/nowake.service\n");
        put("proc/7/cgroup", "0::/shared/pod\n");
        put("cg/cgroup.controllers", "memory\n");
        put("cg/shared/nowake.service/memory.current", 100 * MIB + "\n");
        put("cg/shared/pod/memory.current", 10 * MIB + "\n");
        put("cg/shared/memory.current", 110 * MIB + "\n");
    }

    @Test
    void aReadersOwnLimit() throws IOException {
        put("cg/shared/pod/memory.max", 64 * MIB + "\n");
        Map<String, Object> reader = CgroupDocument.reader(root, 7);
        assertThat(reader)
                .containsEntry("version", 2)
                .containsEntry("path", "/shared/pod")
                .containsEntry("chargedBytes", 10 * MIB)
                .containsEntry("limitBytes", 64 * MIB)
                .containsEntry("limitPath", "/shared/pod")
                .containsEntry("limitFile", "memory.max")
                .containsEntry("limitIsOurs", false);
        assertThat(CgroupDocument.own(root)).containsEntry("limitBytes", null).containsEntry("roomBytes", null);
    }

    /** Prefetched pages are charged to a group below it as well as what the reader reads. */
    @Test
    void aLimitOnAGroupThatHoldsBoth() throws IOException {
        put("cg/shared/memory.high", 300 * MIB + "\n");
        assertThat(CgroupDocument.reader(root, 7))
                .containsEntry("limitPath", "/shared")
                .containsEntry("limitFile", "memory.high")
                .containsEntry("limitIsOurs", true);
        assertThat(CgroupDocument.own(root)).containsEntry("roomBytes", 300 * MIB - 110 * MIB - 32 * MIB);
    }

    @Test
    void whatIsNotKnownIsNotSaid() throws IOException {
        assertThat(CgroupDocument.reader(root, 0)).isNull();
        assertThat(CgroupDocument.reader(root, 8)).isNull();
        put("proc/8/cgroup", "0::/../other\n");
        assertThat(CgroupDocument.reader(root, 8))
                .containsEntry("limitBytes", null)
                .containsEntry("chargedBytes", null)
                .hasEntrySatisfying(
                        "problem", problem -> assertThat(problem).asString().contains("namespace"));
    }

    private void put(String path, String text) throws IOException {
        Files.createDirectories(root.resolve(path).getParent());
        Files.writeString(root.resolve(path), text);
    }
}
