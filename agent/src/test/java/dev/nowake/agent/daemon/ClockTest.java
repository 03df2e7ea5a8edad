package dev.nowake.agent.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The wall clock is set by years while loads run: a daemon of its own with a clock of its own. */
@Tag("kernel")
final class ClockTest {
    private static final long YEARS = Duration.ofDays(3652).toSeconds();

    @Test
    void aClockSetByYearsDelaysAndHastensNothing() throws Exception {
        try (Rig rig = Rig.make();
                Reader reader = Reader.start()) {
            Path library = rig.folder.toAbsolutePath().resolve("clock.so");
            Path offset = rig.folder.toAbsolutePath().resolve("offset");
            Reader.run(
                    "gcc",
                    "-O2",
                    "-Wall",
                    "-Werror",
                    "-shared",
                    "-fPIC",
                    "-o",
                    library.toString(),
                    "../samples/faults/clock.c");
            set(offset, 0);
            List<Path> shards = rig.model("llama", 32 * Rig.MIB, 2);
            int thisYear = Instant.now().atZone(ZoneOffset.UTC).getYear();
            try (DaemonProcess daemon = DaemonProcess.launch(
                    rig, rig.root, Map.of("LD_PRELOAD", library.toString(), "CLOCK_OFFSET", offset.toString()))) {
                assertThat(daemon.firstLine()).isEqualTo("ready");
                load(rig, reader, shards, () -> {});
                load(rig, reader, shards, () -> set(offset, YEARS));
                load(rig, reader, shards, () -> set(offset, -YEARS));
                load(rig, reader, shards, () -> set(offset, 0));
                assertThat(rig.counter("errors")).isZero();
                daemon.stop();
            }
            assertThat(rig.journal("release"))
                    .extracting(line -> line.path("time").asString().substring(0, 4))
                    .as("the clock was set")
                    .contains("" + (thisYear + 10), "" + (thisYear - 10));
        }
    }

    private interface Act {
        void run() throws Exception;
    }

    /** One shard is read, the clock is set, the other shard is read, and all is released. */
    private static void load(Rig rig, Reader reader, List<Path> shards, Act between) throws Exception {
        reader.open(shards.getFirst());
        for (Path shard : shards) {
            rig.awaitResident(shard);
        }
        between.run();
        reader.open(shards.getLast()).act("read").act("close");
        rig.keeps(200, () -> assertThat(rig.resident(shards.getFirst())).isPositive());
        reader.act("close");
        rig.awaitReleased(shards);
        await("ended").atMost(Rig.SOON).until(() -> rig.counter("loadsDone") == rig.counter("loads"));
    }

    private static void set(Path file, long seconds) throws Exception {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.allocate(Long.BYTES)
                    .order(ByteOrder.nativeOrder())
                    .putLong(0, seconds));
        }
    }
}
