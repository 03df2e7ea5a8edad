package dev.nowake.agent.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.nowake.agent.decide.PolicySources;
import dev.nowake.agent.trace.ReplaySource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Each kind of step, and the policies that live on it: what is kept, replayed, spread over nodes, remembered. */
@Tag("kernel")
final class StepsTest {
    private static final long SIZE = 32 * Rig.MIB;

    @Test
    void whatOnePolicyKeepsWhileOpenAnotherCannotDrop() throws Exception {
        try (Rig rig = Rig.make();
                Reader reader = Reader.start();
                Reader other = Reader.start()) {
            Path kept = rig.model("kept", SIZE, 1).getFirst();
            Path greedy = rig.model("greedy", SIZE, 1).getFirst();
            Path leftover = rig.model("leftover", SIZE, 1).getFirst();
            rig.bringIn(leftover, 0, SIZE);
            Scripts scripts = new Scripts(rig).write("keeper", """
                    export function prefetch({ load }) {
                      return load ? load.files.map((f) => ({ file: f.id, reason: "all" })) : [];
                    }
                    export function evict({ trigger, load, time, models }) {
                      if (!load) return [];
                      if (load.ended) return load.files.map((f) => ({ file: f.id, reason: "over" }));
                      if (trigger !== "open") return [];
                      const half = 16 * 1024 * 1024;
                      const left = models.filter((m) => m.name === "leftover").map((m) => m.files[0]);
                      return [
                        ...load.files.map((f) => ({
                          action: "keep", file: f.id, offset: 0, length: half, while: "open", reason: "hot half",
                        })),
                        ...left.map((f) => ({
                          action: "keep", file: f.id, offset: half, length: half, until: time + 600, reason: "mine",
                        })),
                      ];
                    }
                    """).write("greedy", """
                    export function evict({ models, load }) {
                      const own = load ? load.files.map((f) => f.id) : [];
                      return models.flatMap((m) => m.files).filter((f) => !own.includes(f.id))
                        .map((f) => ({ file: f.id, reason: "greed" }));
                    }
                    """);
            scripts.start("""
                    roots: [{path: %s}]
                    rules:
                    - {match: {path: "**/kept/*"}, policy: keeper, fallback: none}
                    - {match: {path: "**/greedy/*"}, policy: greedy, fallback: none}
                    """.formatted(rig.root));

            reader.open(kept);
            rig.awaitResident(kept);
            await().atMost(Rig.SOON).until(() -> scripts.planned("keeper", "mine"));
            other.open(greedy);

            long half = SIZE / 2;
            Scripts.awaitDropped(rig, "leftover", 1);
            await().atMost(Rig.SOON)
                    .untilAsserted(() -> assertThat(rig.resident(leftover)).isLessThan(half + Rig.MIB));
            rig.keeps(300, () -> {
                assertThat(rig.resident(leftover)).isGreaterThanOrEqualTo(Rig.most(half));
                assertThat(rig.resident(kept)).isGreaterThanOrEqualTo(Rig.most(SIZE)); // a load has it
            });
            reader.act("close");
            rig.awaitReleased(List.of(kept)); // open no more: kept no more
            assertThat(rig.resident(leftover)).isGreaterThanOrEqualTo(Rig.most(half));
        }
    }

    /** The policy's own step to drop what it has read meets what it wants kept while the file is open. */
    @Test
    void whatIsKeptStaysWhileTheRestIsDroppedBehindTheReader() throws Exception {
        try (Rig rig = Rig.make();
                Reader reader = Reader.start()) {
            Path shard = rig.model("llama", SIZE, 1).getFirst();
            Scripts scripts = new Scripts(rig).write("mine", """
                    export function evict({ trigger, load }) {
                      if (!load || load.ended) return [];
                      if (trigger === "open") {
                        return load.files.map((f) => ({
                          action: "keep", file: f.id, offset: 0, length: 8388608, while: "open", reason: "embeddings",
                        }));
                      }
                      return load.files.flatMap((f) => f.touched.map((t) => ({ file: f.id, ...t, reason: "read" })));
                    }
                    """);
            scripts.start(Scripts.only(rig, "mine"));

            reader.open(shard);
            await().atMost(Rig.SOON).until(() -> scripts.planned("mine", "embeddings"));
            reader.act("read");

            await().atMost(Rig.SOON)
                    .untilAsserted(() -> assertThat(rig.resident(shard)).isLessThan(9 * Rig.MIB));
            rig.keeps(
                    300,
                    () -> assertThat(rig.residentExtents(shard).getFirst())
                            .matches(first -> first.offsetBytes() == 0
                                    && first.endBytes() >= Rig.most(8 * Rig.MIB)
                                    && first.endBytes() <= 9 * Rig.MIB));
        }
    }

    @Test
    void severalRangesOfAFileGoAtTheLoadsEndAndTheRestStays() throws Exception {
        try (Rig rig = Rig.make();
                Reader reader = Reader.start()) {
            List<Path> shards = rig.model("llama", 2 * SIZE, 2);
            Scripts scripts = new Scripts(rig).write("mine", """
                    export function evict({ load }) {
                      const quarter = 8 * 1024 * 1024;
                      return load?.ended ? load.files.flatMap((f) => [
                        { file: f.id, offset: 0, length: quarter, reason: "head" },
                        { file: f.id, offset: 2 * quarter, length: quarter, reason: "third" }]) : [];
                    }
                    """);
            scripts.start(Scripts.only(rig, "mine"));

            for (Path shard : shards) {
                reader.open(shard).act("read");
            }
            reader.act("close").act("close");

            rig.awaitLoadsDone(1);
            rig.awaitQuiet();
            assertThat(rig.resident(shards)).isBetween(Rig.most(SIZE), SIZE + 2 * Rig.MIB);
            await("the journal tells each step")
                    .atMost(Rig.SOON)
                    .untilAsserted(() -> assertThat(rig.journal("plan"))
                            .last()
                            .satisfies(plan -> assertThat(plan.path("steps"))
                                    .extracting(step -> step.path("reason").asString())
                                    .containsExactly("head", "third", "head", "third")));
            assertThat(rig.counter("errors")).isZero();
        }
    }

    @Test
    void aRecordedLoadIsPrefetchedInItsOwnOrder() throws Exception {
        try (Rig rig = Rig.make();
                Reader reader = Reader.start()) {
            List<Path> shards = rig.model("llama", 2 * SIZE, 2);
            Path trace = Files.writeString(
                    rig.folder.resolve("llama.trace"), """
                    {"nowakeTrace":1,"source":"tracefs","files":2}
                    %s
                    %s
                    {"file":1,"offset":0,"length":4194304}
                    {"file":0,"offset":16777216,"length":8388608}
                    """.formatted(traced(shards.get(0)), traced(shards.get(1))));
            ReplaySource traces = new ReplaySource();
            traces.prepare(List.of(Map.of("trace", trace.toString())));
            new Scripts(rig).start("""
                    roots: [{path: %s, policy: replay, args: {trace: %s}}]
                    """.formatted(rig.root, trace), PolicySources.of(List.of(), traces));

            reader.open(shards.getFirst());

            await().atMost(Rig.SOON).untilAsserted(() -> {
                assertThat(rig.resident(shards.get(1))).isGreaterThanOrEqualTo(Rig.most(4 * Rig.MIB));
                assertThat(rig.resident(shards.get(0))).isGreaterThanOrEqualTo(Rig.most(8 * Rig.MIB));
            });
            // and what the kernel reads ahead of what is asked for
            rig.keeps(300, () -> assertThat(rig.resident(shards)).isLessThan(2 * SIZE - 8 * Rig.MIB));
            JsonNode steps = rig.journal("plan").getFirst().path("steps");
            assertThat(steps.size()).isEqualTo(2);
            assertThat(steps.get(0).path("shard").asInt()).isEqualTo(1);
            assertThat(steps.get(1).path("shard").asInt()).isZero();
            assertThat(steps.get(1).path("offsetBytes").asLong()).isEqualTo(16 * Rig.MIB);
            reader.open(shards.getLast()).act("close").act("close");
            rig.awaitReleased(shards);

            // another version of the file: the trace says nothing about it
            Files.setLastModifiedTime(shards.getFirst(), FileTime.fromMillis(1_000));
            await().atMost(Rig.SOON).until(() -> traces.read(trace.toString()).isEmpty());
            reader.open(shards.getFirst());
            for (Path shard : shards) {
                rig.awaitResident(shard);
            }
        }
    }

    private static String traced(Path shard) throws Exception {
        long mtime = Files.getLastModifiedTime(shard).to(TimeUnit.NANOSECONDS);
        return "{\"path\":\"%s\",\"sizeBytes\":%d,\"mtimeNanos\":\"%d\"}".formatted(shard, Files.size(shard), mtime);
    }

    @Test
    void interleavedPagesStayAfterTheLastReader() throws Exception {
        try (Rig rig = Rig.make();
                Reader reader = Reader.start()) {
            List<Path> shards = rig.model("llama", 2 * SIZE, 2);
            new Scripts(rig).start("roots: [{path: %s, policy: interleave}]\n".formatted(rig.root));

            reader.open(shards.getFirst()).open(shards.getLast());
            for (Path shard : shards) {
                rig.awaitResident(shard);
            }
            assertThat(rig.journal("plan")
                            .getFirst()
                            .path("steps")
                            .get(0)
                            .path("node")
                            .asString())
                    .isEqualTo("interleave");
            reader.act("close").act("close");
            rig.awaitLoadsDone(1);
            rig.keeps(300, () -> assertThat(rig.resident(shards)).isGreaterThanOrEqualTo(Rig.most(2 * SIZE)));
        }
    }

    @Test
    void whatAPolicyRemembersOutlivesItsReload() throws Exception {
        try (Rig rig = Rig.make();
                Reader reader = Reader.start()) {
            Path shard = rig.model("llama", SIZE, 1).getFirst();
            Scripts scripts = new Scripts(rig).write("mine", counting("v1"));
            scripts.start(Scripts.only(rig, "mine"));

            once(rig, reader, shard);
            once(rig, reader, shard);
            await().atMost(Rig.SOON).until(() -> scripts.planned("mine", "v1 after 1"));
            scripts.write("mine", counting("v2"));
            rig.awaitCounter("policiesLoaded", 2);
            once(rig, reader, shard);

            await().atMost(Rig.SOON).until(() -> scripts.planned("mine", "v2 after 2"));
            assertThat(rig.counter("policyErrors")).isZero();
        }
    }

    /** Counts the loads that have ended, and says in its reasons how many there were before. */
    private static String counting(String version) {
        return """
                export function prefetch({ trigger, load, state }) {
                  if (trigger !== "open") return [];
                  return load.files.map((f) => ({ file: f.id, reason: `%s after ${state.loads ?? 0}` }));
                }
                export function evict({ load, state }) {
                  if (!load?.ended) return [];
                  return [
                    { action: "remember", state: { loads: (state.loads ?? 0) + 1 } },
                    ...load.files.map((f) => ({ file: f.id, reason: "over" })),
                  ];
                }
                """.formatted(version);
    }

    private static void once(Rig rig, Reader reader, Path shard) throws Exception {
        reader.open(shard);
        rig.awaitResident(shard);
        reader.act("close");
        rig.awaitReleased(List.of(shard));
        rig.awaitQuiet();
    }
}
