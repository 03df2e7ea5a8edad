package dev.nowake.agent.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.policy.HostView;
import dev.nowake.policy.NodeView;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostMemoryTest {
    private static final long MIB = 1L << 20;

    @TempDir
    private Path root;

    private void put(String name, String text) throws IOException {
        Path file = root.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    @Test
    void freeMemoryIsToldApartFromWhatLiesInLargeBlocks() throws Exception {
        put("proc/meminfo", "MemTotal: 16384 kB\nMemFree: 8192 kB\nMemAvailable: 12288 kB\nCached: 4096 kB\n");
        put("proc/buddyinfo", "Node 0, zone Normal 256 0 0 0 0 0 0 0 3 1 1\n");
        HostView host = new HostMemory(root).get();
        assertThat(host.freeBytes()).isEqualTo(8 * MIB);
        assertThat(host.availableBytes()).isEqualTo(12 * MIB);
        assertThat(host.freeBlockBytes()).isEqualTo(6 * MIB);
        assertThat(host.nodes()).containsExactly(new NodeView(0, 16 * MIB, 8 * MIB, 6 * MIB, 4 * MIB));
    }

    @Test
    void eachNodeHasItsOwn() throws Exception {
        put("proc/meminfo", "MemTotal: 16384 kB\nMemFree: 8192 kB\n");
        put(
                "proc/buddyinfo",
                "Node 0, zone Normal 0 0 0 0 0 0 0 0 0 3 0\nNode 1, zone Normal 512 0 0 0 0 0 0 0 0 0 0\n");
        put("sys/devices/system/node/online", "0-1\n");
        put("sys/devices/system/node/node0/meminfo", "Node 0 MemTotal: 8192 kB\nNode 0 MemFree: 6144 kB\n");
        put("sys/devices/system/node/node1/meminfo", "Node 1 MemTotal: 8192 kB\nNode 1 MemFree: 2048 kB\n");
        HostView host = new HostMemory(root).get();
        assertThat(host.freeBlockBytes()).isEqualTo(6 * MIB);
        assertThat(host.nodes())
                .containsExactly(
                        new NodeView(0, 8 * MIB, 6 * MIB, 6 * MIB, 0), new NodeView(1, 8 * MIB, 2 * MIB, 0, 0));
    }

    @Test
    void whatTheKernelDoesNotTellIsUnknown() throws Exception {
        put("proc/meminfo", "MemTotal: 16384 kB\nMemFree: 8192 kB\n");
        put("proc/buddyinfo", "nonsense\n");
        HostView host = new HostMemory(root).get();
        assertThat(host.freeBlockBytes()).isEqualTo(-1);
        assertThat(host.nodes().getFirst().freeBlockBytes()).isEqualTo(-1);
    }
}
