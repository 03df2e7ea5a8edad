package dev.nowake.agent.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.nowake.agent.config.Mode;
import dev.nowake.kernel.OpenFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A daemon that ends while a load goes on, and the one that comes after it. */
@Tag("kernel")
final class RestartTest {
    private static final long SIZE = 64 * Rig.MIB;

    @Test
    void aLoadUnderWayIsSeenFollowedAndReleasedByTheNextDaemon() throws Exception {
        try (Rig rig = Rig.make();
                Reader reader = Reader.start()) {
            List<Path> shards = rig.model("llama", SIZE, 2);
            rig.bringIn(shards.getLast(), 0, 8 * Rig.MIB);
            long before = rig.resident(shards.getLast());
            try (DaemonProcess first = DaemonProcess.start(rig)) {
                reader.open(shards.getFirst());
                for (Path shard : shards) {
                    rig.awaitResident(shard);
                }
                awaitLeft(rig, 2);
                first.kill();
            }
            reader.open(shards.getLast());

            rig.start(Mode.ENFORCE);
            await("it is seen").atMost(Rig.SOON).untilAsserted(() -> {
                assertThat(rig.load().path("model").asString()).isEqualTo("llama");
                assertThat(rig.load().path("readers").path(0).path("pid").asLong())
                        .isEqualTo(reader.pid());
            });
            reader.act("read").act("close").act("read").act("close");

            rig.awaitReleased(shards.subList(0, 1));
            rig.awaitLoadsDone(1);
            assertThat(rig.resident(shards.getLast()))
                    .as("what was there before the first daemon's load")
                    .isBetween(Rig.most(before), before);
            awaitLeft(rig, 0);
            assertThat(rig.counter("errors")).isZero();
        }
    }

    /** Its readers ended while nobody listened: nothing else would ever drop those pages. */
    @Test
    void whatALoadLeftThatEndedInBetweenIsReleased() throws Exception {
        try (Rig rig = Rig.make();
                Reader reader = Reader.start()) {
            List<Path> shards = rig.model("llama", SIZE, 2);
            try (DaemonProcess first = DaemonProcess.start(rig)) {
                reader.open(shards.getFirst());
                for (Path shard : shards) {
                    rig.awaitResident(shard);
                }
                awaitLeft(rig, 2);
                first.kill();
            }
            reader.kill();
            assertThat(rig.resident(shards)).isGreaterThan(SIZE / 2);

            rig.start(Mode.ENFORCE);
            rig.awaitReleased(shards);
            rig.awaitLoadsDone(1);
            assertThat(rig.counter("plannedBytes")).isZero();
            awaitLeft(rig, 0);
        }
    }

    /** Somebody who is no event, this process, has the file as the next daemon looks: so that load is not over yet. */
    @Test
    void whoOpensAModelThatIsStillToBeReleasedHasItFetched() throws Exception {
        try (Rig rig = Rig.make();
                Reader reader = Reader.start();
                Reader next = Reader.start()) {
            List<Path> shards = rig.model("llama", SIZE, 2);
            try (DaemonProcess first = DaemonProcess.start(rig)) {
                reader.open(shards.getFirst());
                awaitLeft(rig, 2);
                first.kill();
            }
            reader.kill();
            shards.forEach(rig::makeCold);

            try (OpenFile looker = rig.kernel.files().open(shards.getFirst())) {
                rig.start(Mode.ENFORCE);
                rig.awaitCounter("loads", 1);
                next.open(shards.getFirst());
                for (Path shard : shards) {
                    rig.awaitResident(shard);
                }
                assertThat(looker.isClosed()).isFalse();
            }
            next.kill();
            rig.awaitReleased(shards);
            assertThat(rig.counter("errors")).isZero();
        }
    }

    /** An upgrade: the old one is asked to stop. */
    @Test
    void aDaemonThatIsStoppedHandsItsLoadsOver() throws Exception {
        try (Rig rig = Rig.make();
                Reader reader = Reader.start()) {
            Path shard = rig.model("llama", SIZE, 1).getFirst();
            try (DaemonProcess first = DaemonProcess.start(rig)) {
                reader.map(shard);
                rig.awaitResident(shard);
                first.stop();
            }
            rig.start(Mode.ENFORCE);
            rig.awaitCounter("loads", 1);
            reader.act("unmap");
            reader.kill();
            rig.awaitReleased(List.of(shard));
        }
    }

    /** Of another boot, cut off, or somebody else's: as if there were none. */
    @Test
    void whatIsNoHandoverIsTakenForNone() throws Exception {
        try (Rig rig = Rig.make()) {
            Path shard = rig.model("llama", 16 * Rig.MIB, 1).getFirst();
            rig.bringIn(shard, 0, Files.size(shard));
            Files.createDirectories(rig.state);
            for (String content : List.of("", "{", "null", "[7]", "{\"boot\":\"other\",\"files\":[{\"device\":1}]}")) {
                Files.writeString(rig.state.resolve("loads.json"), content);
                rig.start(Mode.ENFORCE);
                rig.keeps(100, () -> assertThat(rig.counter("loads")).isZero());
                assertThat(rig.counter("errors")).isZero();
                rig.stop();
            }
            assertThat(rig.resident(shard)).isGreaterThanOrEqualTo(Rig.most(Files.size(shard)));
        }
    }

    private static void awaitLeft(Rig rig, int files) {
        await("written down")
                .atMost(Rig.SOON)
                .until(() -> Files.exists(rig.state.resolve("loads.json"))
                        && Files.readString(rig.state.resolve("loads.json")).split("\"inode\"", -1).length
                                == files + 1);
    }
}
