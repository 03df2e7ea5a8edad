package dev.nowake.agent.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.nowake.agent.config.Mode;
import dev.nowake.agent.control.ControlClient;
import dev.nowake.kernel.PathBytes;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * Pages that cannot be dropped when their load ends are tried again, 2, 8 and 32 s later; those that may not be, as soon as
 * they may.
 */
@Tag("kernel")
final class RetryTest {
    /** Keeps the second half of each file, and wants all of it dropped at the end. */
    private static final String KEEPER = """
            export function evict({ load, time }) {
              if (!load) return [];
              if (load.ended) return load.files.map((f) => ({ file: f.id, reason: "over" }));
              const half = 32 * 1024 * 1024;
              return load.files.map((f) => ({
                action: "keep", file: f.id, offset: half, length: half, until: time + 600, reason: "hot",
              }));
            }
            """;

    private static final long HALF = 32 * Rig.MIB;

    @Test
    void pagesThatAPipeHasAreDroppedWhenItIsGone() throws Exception {
        try (Rig rig = Rig.make();
                Reader reader = Reader.start()) {
            Path shard = rig.model("llama", 32 * Rig.MIB, 1).getFirst();
            rig.start(Mode.ENFORCE);
            reader.open(shard).act("read").act("splice " + shard).act("close");
            rig.awaitLoadsDone(1);
            assertThat(rig.resident(shard)).as("what the pipe has").isBetween(4096L, 16 * Rig.MIB);
            assertThat(rig.counter("evictRefusedBusyBytes")).isPositive();

            reader.act("drop");
            await("dropped by the first or, on a host too busy for that, the second try")
                    .atMost(Rig.SOON.multipliedBy(5)) // the third try comes after 42 s
                    .until(() -> rig.resident(shard) == 0);
            await("the journal tells")
                    .atMost(Rig.SOON)
                    .untilAsserted(() -> assertThat(rig.journal("release"))
                            .last()
                            .satisfies(line -> {
                                assertThat(line.path("reason").asString())
                                        .isEqualTo("pages that stayed at the load's end");
                                assertThat(line.path("evictedBytes").asLong()).isPositive();
                            }));
            assertThat(rig.counter("errors")).isZero();
        }
    }

    @Test
    void whatAPolicyKeepsStaysWhenTheRestIsTriedAgain() throws Exception {
        try (Rig rig = Rig.make();
                Reader reader = Reader.start()) {
            Path shard = kept(rig, reader);
            reader.act("read").act("splice " + shard).act("close");
            rig.awaitLoadsDone(1);
            rig.awaitQuiet();
            assertThat(rig.counter("evictRefusedBusyBytes")).isPositive();

            reader.act("drop");
            awaitFirstHalfGone(rig, shard);
        }
    }

    @Test
    void whatAPolicyKeepsStaysWhenAnOperatorKeepsTheRestNoMore() throws Exception {
        try (Rig rig = Rig.make();
                Reader reader = Reader.start()) {
            Path shard = kept(rig, reader);
            tell(rig, "keep", shard);
            reader.act("read").act("close");
            rig.awaitLoadsDone(1);
            rig.awaitQuiet();
            assertThat(rig.resident(shard)).isGreaterThanOrEqualTo(Rig.most(2 * HALF));

            tell(rig, "unkeep", shard);
            awaitFirstHalfGone(rig, shard);
        }
    }

    /** A file that the reader has open, of which a policy wants half kept. */
    private static Path kept(Rig rig, Reader reader) throws Exception {
        Path shard = rig.model("llama", 2 * HALF, 1).getFirst();
        Scripts scripts = new Scripts(rig).write("mine", KEEPER);
        scripts.start(Scripts.only(rig, "mine"));
        reader.open(shard);
        await().atMost(Rig.SOON).until(() -> scripts.planned("mine", "hot"));
        return shard;
    }

    /** Told by the journal: while somebody looks at its residency, the file is left alone. */
    private static void awaitFirstHalfGone(Rig rig, Path shard) {
        await("tried again until nothing more is to go")
                .atMost(Rig.SOON.multipliedBy(2))
                .until(() -> rig.journal("release").stream()
                        .anyMatch(line -> line.path("reason").asString().startsWith("pages that stayed")
                                && line.path("evictedBytes").asLong() > 0));
        await("the first half is gone")
                .atMost(Rig.SOON)
                .untilAsserted(() -> assertThat(rig.resident(shard)).isLessThan(HALF + Rig.MIB));
        assertThat(rig.resident(shard)).as("what is kept").isGreaterThanOrEqualTo(Rig.most(HALF));
        assertThat(rig.counter("errors")).isZero();
    }

    private static void tell(Rig rig, String verb, Path path) throws IOException {
        JsonNode answer = new ControlClient(rig.socket)
                .ask(Map.of(
                        "verb",
                        verb,
                        "target",
                        path.toString(),
                        "pathBase64",
                        Base64.getEncoder().encodeToString(PathBytes.of(path))));
        assertThat(answer.has("error")).as(answer.toString()).isFalse();
    }
}
