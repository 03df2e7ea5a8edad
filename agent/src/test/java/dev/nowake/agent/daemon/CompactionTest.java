package dev.nowake.agent.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.nowake.kernel.Features.Feature;
import dev.nowake.kernel.proc.VmStat;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** A policy's wish for large blocks on its way to the kernel. */
@Tag("kernel")
final class CompactionTest {
    private static final long SIZE = 32 * Rig.MIB;
    private static final String SCANNED = "compact_free_scanned";

    /** Asks for it at every call, of node 0 and of one that is not there. */
    private static final String GREEDY = """
            export function evict({ load }) {
              if (!load) return [];
              return [
                { action: "compact", node: 0, reason: "blocks" },
                { action: "compact", node: 1000, reason: "elsewhere" },
                ...(load.ended ? load.files.map((f) => ({ file: f.id, reason: "over" })) : []),
              ];
            }
            """;

    @Test
    void theKernelIsAskedAtMostOnceASecond() throws Exception {
        try (Rig rig = Rig.make();
                Reader reader = Reader.start()) {
            assumeTrue(rig.kernel.features().has(Feature.COMPACTION), "a writable sysfs");
            Path shard = rig.model("llama", SIZE, 1).getFirst();
            Scripts scripts = new Scripts(rig).write("greedy", GREEDY);
            scripts.start(Scripts.only(rig, "greedy"));
            VmStat before = VmStat.read();

            long began = System.nanoTime();
            reader.open(shard);
            rig.awaitCounter("compactions", 1);
            assertThat(VmStat.read().since(before, SCANNED)).isPositive();
            reader.act("read").act("close");
            rig.awaitReleased(List.of(shard));
            rig.awaitLoadsDone(1);
            double seconds = (System.nanoTime() - began) / 1e9;

            assertThat(rig.counter("compactions")).isBetween(1L, 1L + (long) seconds);
            JsonNode line = rig.journal("compaction").getFirst();
            assertThat(line.path("node").asInt()).isZero();
            assertThat(line.path("seconds").asDouble()).isPositive();
            assertThat(line.path("blockBytesAfter").asLong()).isPositive();
            assertThat(line.path("reason").asString()).isEqualTo("blocks");
            assertThat(scripts.planned("greedy", "blocks")).isTrue();
            assertThat(rig.journal("plan").toString()).contains("step names NUMA node 1000, which is not there");
            assertThat(rig.counter("errors")).isZero();
        }
    }

    @Test
    void inObserveModeItIsOnlyTold() throws Exception {
        try (Rig rig = Rig.make();
                Reader reader = Reader.start()) {
            Path shard = rig.model("llama", SIZE, 1).getFirst();
            Scripts scripts = new Scripts(rig).write("greedy", GREEDY);
            scripts.start("""
                    roots: [{path: %s, mode: observe}]
                    rules: [{policy: greedy, fallback: none, mode: observe}]
                    """.formatted(rig.root));

            reader.open(shard);
            await().atMost(Rig.SOON).until(() -> scripts.planned("greedy", "blocks"));
            reader.act("read").act("close");
            rig.awaitLoadsDone(1);

            assertThat(rig.counter("compactions")).isZero();
            assertThat(rig.journal("compaction")).isEmpty();
        }
    }
}
