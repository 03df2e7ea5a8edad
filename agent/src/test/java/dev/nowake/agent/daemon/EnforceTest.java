package dev.nowake.agent.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.agent.config.Mode;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

@Tag("kernel")
final class EnforceTest {
    @ParameterizedTest
    @ValueSource(strings = {"read", "pread", "mmap", "mmap-random"})
    void aLoadIsPrefetchedAndReleasedAndReadsTheSameBytes(String how) throws Exception {
        try (Rig rig = Rig.make()) {
            List<Path> shards = rig.model("llama", 96 * Rig.MIB, 3);
            JsonNode alone = Reader.load("pread", shards);
            shards.forEach(rig::makeCold);
            rig.start(Mode.ENFORCE);

            JsonNode with = Reader.load(how, shards);
            long exitNanos = System.nanoTime();
            rig.awaitReleased(shards);
            double seconds = (System.nanoTime() - exitNanos) / 1e9;

            assertThat(seconds).as("seconds to release").isLessThan(2.5);
            assertThat(with.path("checksum").asString())
                    .isEqualTo(alone.path("checksum").asString());
            rig.awaitLoadsDone(1);
            JsonNode load = rig.load();
            assertThat(load.path("model").asString()).isEqualTo("llama");
            assertThat(load.path("state").asString()).isEqualTo("done");
            assertThat(load.path("shardsOpened").asInt()).isEqualTo(3);
            assertThat(load.path("prefetchedBytes").asLong()).isPositive();
            assertThat(load.path("residentBytes").asLong()).isZero();
            assertThat(rig.status().path("heldFiles").asInt()).isZero();
            assertThat(rig.counter("errors")).isZero();
        }
    }

    @Test
    void shardsNobodyOpenedYetBecomeResident() throws Exception {
        try (Rig rig = Rig.make();
                Reader reader = Reader.start()) {
            List<Path> shards = rig.model("llama", 128 * Rig.MIB, 4);
            rig.start(Mode.ENFORCE);

            reader.open(shards.getFirst());
            for (Path shard : shards) {
                rig.awaitResident(shard);
            }

            JsonNode load = rig.load();
            assertThat(load.path("state").asString()).isEqualTo("loading");
            assertThat(load.path("readers").size()).isEqualTo(1);
            assertThat(load.path("shardsOpened").asInt()).isEqualTo(1);
            rig.awaitCounter("prefetchedBytes", 120 * Rig.MIB);
            reader.kill();
            rig.awaitReleased(shards);
        }
    }
}
