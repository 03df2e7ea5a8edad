package dev.nowake.agent.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.agent.config.Mode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

@Tag("kernel")
final class ObserveTest {
    @Test
    void nothingIsTouchedAndTheForecastSaysWhatWouldHaveBeen() throws Exception {
        try (Rig rig = Rig.make();
                Reader reader = Reader.start()) {
            List<Path> shards = rig.model("llama", 96 * Rig.MIB, 3);
            long total = 0;
            for (Path shard : shards) {
                total += Files.size(shard);
            }
            rig.start(Mode.OBSERVE);

            reader.open(shards.getFirst());
            rig.awaitCounter("opens", 1);
            rig.keeps(500, () -> assertThat(rig.resident(shards.subList(1, 3))).isZero());
            reader.act("read").act("close");
            for (Path shard : shards.subList(1, 3)) {
                reader.open(shard).act("read").act("close");
            }
            reader.kill();
            rig.awaitLoadsDone(1);

            assertThat(rig.resident(shards)).isEqualTo(total);
            rig.stop();
            JsonNode forecast = rig.journal("forecast").getFirst();
            assertThat(forecast.path("wouldReleaseBytes").asLong()).isEqualTo(total);
            // what the reader had brought in before its open was heard of is no longer missing
            assertThat(forecast.path("wouldPrefetchBytes").asLong()).isBetween(total - 24 * Rig.MIB, total);
            assertThat(forecast.path("residentBytes").asLong()).isEqualTo(total);
            assertThat(rig.journal("release")).isEmpty();
            assertThat(rig.journal("outcome")).isEmpty();
        }
    }

    @Test
    void whatWasResidentBeforeIsNotForecastToBeReleased() throws Exception {
        try (Rig rig = Rig.make()) {
            List<Path> shards = rig.model("llama", 64 * Rig.MIB, 2);
            rig.bringIn(shards.getFirst(), 0, Files.size(shards.getFirst()));
            rig.start(Mode.OBSERVE);

            Reader.load("read", shards);
            rig.awaitLoadsDone(1);
            rig.stop();

            JsonNode forecast = rig.journal("forecast").getFirst();
            assertThat(forecast.path("wouldReleaseBytes").asLong()).isEqualTo(Files.size(shards.getLast()));
        }
    }

    @Test
    void aSecondLoadFindsThePagesOfTheFirst() throws Exception {
        try (Rig rig = Rig.make()) {
            List<Path> shards = rig.model("llama", 64 * Rig.MIB, 2);
            rig.start(Mode.OBSERVE);

            Reader.load("read", shards);
            rig.awaitLoadsDone(1);
            Reader.load("mmap", shards);
            rig.awaitLoadsDone(2);
            rig.stop();

            JsonNode forecast = rig.journal("forecast").getLast();
            assertThat(forecast.path("wouldPrefetchBytes").asLong())
                    .isLessThanOrEqualTo(64 * Rig.MIB - Rig.most(64 * Rig.MIB));
            assertThat(forecast.path("wouldReleaseBytes").asLong())
                    .as("what went between the two loads")
                    .isLessThanOrEqualTo(64 * Rig.MIB - Rig.most(64 * Rig.MIB));
        }
    }
}
