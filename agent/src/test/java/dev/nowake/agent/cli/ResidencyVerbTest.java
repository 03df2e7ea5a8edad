package dev.nowake.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.kernel.Errno;
import dev.nowake.kernel.OpenFile;
import dev.nowake.kernel.ThreadPlacement.Memory;
import dev.nowake.kernel.fake.FakeKernel;
import java.nio.file.Path;
import java.util.BitSet;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What {@code residency} says of nodes, and of what it may not see. */
class ResidencyVerbTest {
    private static final long MIB = 1L << 20;

    private final FakeKernel kernel = new FakeKernel();

    @Test
    void aFileThatMayNotBeReadHasUnknownResidency() {
        Path path = kernel.addFile("/m/a.bin", MIB);
        kernel.addFile("/m/b.bin", MIB);
        kernel.script().failAt("open", path, Errno.EACCES);
        JsonNode json = CliRun.on(kernel, "residency", "--output=json", "/m/a.bin", "/m/b.bin")
                .json();
        JsonNode file = json.get("files").get(0);
        assertThat(file.get("residentBytes").isNull()).isTrue();
        assertThat(file.get("source").asString()).isEqualTo("unknown");
        assertThat(json.get("residentBytes").isNull())
                .as("a sum over the rest would mislead")
                .isTrue();
        assertThat(CliRun.on(kernel, "residency", "/m/a.bin").out()).contains("unknown");
    }

    @Test
    void residencyShowsNodes() throws Exception {
        kernel.nodes(2, 2);
        Path path = kernel.addFile("/m/a.bin", 64 * MIB);
        BitSet both = new BitSet();
        both.set(0, 2);
        kernel.placement().allocateFrom(Memory.INTERLEAVE, both);
        try (OpenFile file = kernel.files().open(path)) {
            for (long at = 0; at < 32 * MIB; at += MIB / 8) {
                kernel.pageCache().readahead(file, at, MIB / 8); // single pages that take turns
            }
        }
        JsonNode file = CliRun.on(kernel, "residency", "--nodes", "--output=json", "/m/a.bin")
                .json()
                .get("files")
                .get(0);
        assertThat(file.get("nodePages").asInt()).isEqualTo(4096);
        for (int node = 0; node < 2; node++) {
            JsonNode share = file.get("nodes").get(node);
            assertThat(share.get("node").asInt()).isEqualTo(node);
            long error = share.get("errorBytes").asLong();
            assertThat(error).isBetween(1L, 32 * MIB / 60);
            assertThat(share.get("residentBytes").asLong()).isBetween(16 * MIB - 2 * error, 16 * MIB + 2 * error);
        }
        assertThat(CliRun.on(kernel, "residency", "--nodes", "/m/a.bin").out()).contains("NODE", "16.");
        assertThat(kernel.residentBytes(path)).isEqualTo(32 * MIB);
    }

    @Test
    void nodesOfWhatIsHiddenOrNotThere() {
        Path path = kernel.addFile("/m/a.bin", 4 * MIB);
        JsonNode cold = CliRun.on(kernel, "residency", "--nodes", "--output=json", "/m/a.bin")
                .json()
                .get("files")
                .get(0);
        assertThat(cold.get("nodes").size()).isZero();
        kernel.hideResidency(path);
        assertThat(CliRun.on(kernel, "residency", "--nodes", "/m/a.bin").out()).contains("unknown");
    }

    @Test
    void hiddenResidencyIsNullAndPrefetchStillWorks() {
        Path path = kernel.addFile("/m/a.bin", 4 * MIB);
        kernel.hideResidency(path);
        JsonNode json =
                CliRun.on(kernel, "residency", "--output=json", "/m/a.bin").json();
        assertThat(json.get("files").get(0).get("residentBytes").isNull()).isTrue();
        assertThat(CliRun.on(kernel, "prefetch", "/m/a.bin").exit()).isZero();
        JsonNode evicted =
                CliRun.on(kernel, "evict", "--output=json", "/m/a.bin").json();
        assertThat(evicted.get("residentBytes").isNull()).isTrue();
    }
}
