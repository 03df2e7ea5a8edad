package dev.nowake.agent.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.agent.load.Load;
import dev.nowake.agent.load.NodeTarget;
import dev.nowake.agent.load.NodeTarget.By;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.fake.FakeKernel;
import dev.nowake.kernel.proc.NumaTopology;
import dev.nowake.model.Format;
import dev.nowake.model.Model;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On a made-up tree: nodes 0, 2 and 5 are there, 5 has no CPUs, 2 has no memory. */
class ReaderPlacesTest {
    @TempDir
    Path root;

    private final FakeKernel kernel = new FakeKernel().nodes(3, 2);
    private int pid;

    @BeforeEach
    void host() throws Exception {
        put("sys/devices/system/node/online", "0,2,5-6\n");
        node(0, "0-1", "10 20 30 17", 8);
        node(2, "2-3", "20 10 12 17", 0);
        node(5, "", "30 12 10 17", 8);
        node(6, "4-5", "17 17 17 10", 8);
        pid = kernel.placement().threadId();
        put("proc/" + pid + "/status", "Name:\tx\nMems_allowed_list:\t0,2,5-6\n");
    }

    private void put(String path, String text) throws IOException {
        Path file = root.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private void node(int id, String cpus, String distances, int memoryKib) throws IOException {
        String folder = "sys/devices/system/node/node" + id + "/";
        put(folder + "cpulist", cpus + "\n");
        put(folder + "distance", distances + "\n");
        put(folder + "meminfo", "Node " + id + " MemTotal: " + memoryKib + " kB\n");
    }

    private void runOn(int... cpus) throws KernelException {
        BitSet set = new BitSet();
        for (int cpu : cpus) {
            set.set(cpu);
        }
        kernel.placement().runOn(set);
    }

    private NodeTarget look() {
        NumaTopology topology = NumaTopology.read(root);
        Load load = new Load(new Model("m", Format.GGUF, List.of()), List.of(), 1);
        load.addReader(pid, -1);
        new ReaderPlaces(root, kernel.placement(), () -> topology).lookBeforePlan(load, 1);
        return load.readersNode();
    }

    @Test
    void aReaderThatMayRunAnywhereIsNowhere() {
        assertThat(look()).isEqualTo(NodeTarget.ANYWHERE);
    }

    @Test
    void whereItMayRunTellsTheNode() throws Exception {
        runOn(1);
        assertThat(look()).isEqualTo(NodeTarget.on(0, By.AFFINITY));
        runOn(1, 4);
        assertThat(look()).isEqualTo(NodeTarget.ANYWHERE);
    }

    @Test
    void whoRunsOnANodeWithoutMemoryIsServedByTheNearestOne() throws Exception {
        runOn(2, 3);
        assertThat(look()).isEqualTo(NodeTarget.on(5, By.AFFINITY));
    }

    @Test
    void itsMemoryPolicyIsStronger() throws Exception {
        runOn(0, 1);
        put("proc/" + pid + "/numa_maps", "00400000 bind:5 file=/usr/bin/x mapped=1 N0=1\n");
        assertThat(look()).isEqualTo(NodeTarget.on(5, By.MEMORY_POLICY));
        put("proc/" + pid + "/numa_maps", "00400000 interleave:0,2,5 file=/usr/bin/x\n");
        assertThat(look()).isEqualTo(new NodeTarget(List.of(0, 5), By.MEMORY_POLICY));
        put("proc/" + pid + "/numa_maps", "00400000 bind:0,5 file=/usr/bin/x\n");
        assertThat(look()).isEqualTo(NodeTarget.on(0, By.AFFINITY));
    }

    @Test
    void itsCpusetIsStrongestAndNodesWithoutMemoryDoNotCount() throws Exception {
        put("proc/" + pid + "/status", "Mems_allowed_list:\t2,6\n");
        put("proc/" + pid + "/numa_maps", "00400000 prefer:0\n");
        assertThat(look()).isEqualTo(NodeTarget.on(6, By.CPUSET));
    }

    @Test
    void onAHostWithOneNodeNobodyLooksBeforeThePlan() throws Exception {
        put("sys/devices/system/node/online", "0,2\n");
        runOn(0, 1);
        assertThat(look()).isEqualTo(NodeTarget.ANYWHERE);
    }

    @Test
    void whoIsGoneIsNowhere() {
        pid = 1 << 22;
        assertThat(look()).isEqualTo(NodeTarget.ANYWHERE);
    }
}
