package dev.nowake.agent.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.nowake.agent.config.Mode;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Pages that cannot be dropped when their load ends are tried again, 2, 8 and 32 s later. */
@Tag("kernel")
final class RetryTest {
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
                    .atMost(Rig.SOON.multipliedBy(2))
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
}
