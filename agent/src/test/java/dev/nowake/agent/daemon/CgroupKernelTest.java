package dev.nowake.agent.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.nowake.agent.config.Mode;
import dev.nowake.agent.govern.CgroupRoom;
import dev.nowake.agent.govern.Shortage;
import dev.nowake.kernel.proc.CgroupMemory;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Whose control group pays: readers in limited groups, and the daemon in one. */
@Tag("kernel")
final class CgroupKernelTest {
    private static final long MIB = Rig.MIB;

    @Test
    void aReaderInALimitedGroupDoesNotPayForWhatWasPrefetched() throws Exception {
        try (Rig rig = Rig.make();
                LimitedGroup pod = LimitedGroup.make("pod", 64 * MIB)) {
            Path shard = rig.model("llama", 128 * MIB, 1).getFirst();
            rig.start(Mode.ENFORCE);
            try (Cat reader = Cat.open(pod.command(List.of()), List.of(shard))) {
                rig.awaitResident(shard);
                reader.read();

                assertThat(pod.hits()).isZero();
                assertThat(pod.peakBytes()).as("charged to the reader").isLessThan(16 * MIB);
                assertThat(rig.resident(shard)).isGreaterThanOrEqualTo(Rig.most(128 * MIB));
                awaitReaderShown(rig, shard, reader, pod);
            }
            rig.awaitReleased(List.of(shard));
        }
    }

    private static void awaitReaderShown(Rig rig, Path shard, Cat reader, LimitedGroup pod) {
        await("the reader's group in status and explain").atMost(Rig.SOON).untilAsserted(() -> {
            JsonNode group = rig.load().path("readerCgroups").path(0);
            assertThat(group.path("path").asString("")).isEqualTo(pod.path());
            assertThat(group.path("version").asInt()).isEqualTo(pod.version());
            assertThat(group.path("limitBytes").asLong()).isEqualTo(64 * MIB);
            assertThat(group.path("limitPath").asString()).isEqualTo(pod.path());
            assertThat(group.path("limitHits").asLong()).isZero();
            JsonNode explained =
                    RulesTest.explain(rig, shard, (int) reader.process().pid());
            assertThat(explained.path("readerCgroup").path("path").asString("")).isEqualTo(pod.path());
            assertThat(explained.path("readerCgroup").path("limitBytes").asLong())
                    .isEqualTo(64 * MIB);
        });
    }

    /** The same without a daemon: what the test above would see if the reader paid. */
    @Test
    void withoutTheDaemonItRunsIntoItsLimit() throws Exception {
        try (Rig rig = Rig.make();
                LimitedGroup pod = LimitedGroup.make("alone", 64 * MIB)) {
            Path shard = rig.model("llama", 128 * MIB, 1).getFirst();
            try (Cat reader = Cat.open(pod.command(List.of()), List.of(shard))) {
                reader.read();
                assertThat(pod.hits()).isPositive();
                assertThat(pod.peakBytes()).isGreaterThan(56 * MIB);
                assertThat(rig.resident(shard)).isLessThan(72 * MIB);
            }
        }
    }

    /** A limit is a budget: prefetch stops below it, and what it does not bring in the reader reads itself. */
    @Test
    void theDaemonInALimitedGroupStopsBelowItsLimit() throws Exception {
        try (Rig rig = Rig.make();
                LimitedGroup unit = LimitedGroup.make("unit", CgroupMemory.UNLIMITED)) {
            List<Path> shards = rig.model("llama", 256 * MIB, 4);
            List<Path> before = rig.model("before", 8 * MIB, 2);
            Process daemon = daemonIn(unit, rig);
            try {
                loadAndRelease(rig, before);
                long limitBytes = unit.chargedBytes() + CgroupRoom.MARGIN_BYTES + 64 * MIB >> 12 << 12;
                unit.limit(limitBytes);
                rig.keeps(1_100, () -> assertThat(hits(unit)).isZero()); // limits are believed for a second
                try (Cat reader = Cat.open(List.of(), shards)) {
                    awaitPrefetchStopped(rig);
                    rig.keeps(500, () -> assertThat(hits(unit)).isZero());
                    assertThat(rig.load().path("prefetchedBytes").asLong()).isBetween(32 * MIB, 72 * MIB);
                    JsonNode own = rig.status().path("cgroup");
                    assertThat(own.path("path").asString()).isEqualTo(unit.path());
                    assertThat(own.path("limitBytes").asLong()).isEqualTo(limitBytes);
                    reader.read();
                }
                rig.awaitReleased(shards);
                rig.awaitLoadsDone(2);
                assertThat(unit.hits()).isZero();
                // the margin is for what comes between two looks at it, which are late on a busy host
                assertThat(unit.peakBytes()).isLessThan(limitBytes);
                assertThat(rig.counter("errors")).isZero();
            } finally {
                daemon.destroy();
                daemon.waitFor();
            }
        }
    }

    /** A daemon's first load makes its JVM grow by some MiB; what is measured is what prefetch is charged. */
    private static void loadAndRelease(Rig rig, List<Path> shards) throws Exception {
        try (Cat reader = Cat.open(List.of(), shards)) {
            reader.read();
        }
        rig.awaitLoadsDone(1);
        rig.awaitReleased(shards);
    }

    private static void awaitPrefetchStopped(Rig rig) {
        await("prefetch stops").atMost(Rig.SOON).untilAsserted(() -> {
            JsonNode status = rig.status();
            assertThat(status.path("governor").path("shortage").asString("")).isEqualTo(Shortage.OWN_LIMIT.label());
            assertThat(status.path("governor").path("inFlightBytes").asLong()).isZero();
            assertThat(status.path("cgroup").path("roomBytes").asLong()).isLessThan(8 * MIB);
        });
    }

    @Test
    void aDaemonWithoutRoomForAnythingPrefetchesNothingAndTheLoadGoesOn() throws Exception {
        try (Rig rig = Rig.make();
                LimitedGroup unit = LimitedGroup.make("full", CgroupMemory.UNLIMITED)) {
            Path shard = rig.model("llama", 64 * MIB, 1).getFirst();
            Process daemon = daemonIn(unit, rig);
            try {
                rig.keeps(
                        1000, () -> assertThat(rig.counter("errors")).isZero()); // it has begun: the JVM grows no more
                unit.limit(unit.chargedBytes() + CgroupRoom.MARGIN_BYTES / 2 >> 12 << 12);
                try (Cat reader = Cat.open(List.of(), List.of(shard))) {
                    rig.awaitCounter("opens", 1);
                    reader.read();
                    assertThat(rig.counter("prefetchedBytes")).isZero();
                    assertThat(rig.resident(shard)).isGreaterThanOrEqualTo(Rig.most(64 * MIB));
                }
                rig.awaitReleased(List.of(shard));
                assertThat(unit.hits()).isZero();
            } finally {
                daemon.destroy();
                daemon.waitFor();
            }
        }
    }

    private static long hits(LimitedGroup unit) {
        try {
            return unit.hits();
        } catch (IOException gone) {
            throw new AssertionError(gone);
        }
    }

    private static Process daemonIn(LimitedGroup unit, Rig rig) throws IOException {
        Process daemon = new ProcessBuilder(unit.command(Reader.java(
                        DaemonMain.class.getName(),
                        Mode.ENFORCE.name(),
                        rig.root.toString(),
                        rig.state.toString(),
                        rig.socket.toString())))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        assertThat(daemon.inputReader(StandardCharsets.UTF_8).readLine()).isEqualTo("ready");
        return daemon;
    }

    /** A shell that opens the first file, and reads it and the others to their ends when it is told; the first stays open. */
    private record Cat(Process process, BufferedReader answers, Writer acts) implements AutoCloseable {
        private static final String SCRIPT = "exec 3<\"$1\"; echo open; read go; cat <&3 >/dev/null; shift;"
                + " if [ $# -gt 0 ]; then cat -- \"$@\" >/dev/null; fi; echo read; read end";

        static Cat open(List<String> before, List<Path> files) throws IOException {
            List<String> words = new ArrayList<>(before);
            words.addAll(List.of("sh", "-c", SCRIPT, "sh"));
            files.forEach(file -> words.add(file.toString()));
            Process process = new ProcessBuilder(words)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            Cat cat = new Cat(
                    process, process.inputReader(StandardCharsets.UTF_8), process.outputWriter(StandardCharsets.UTF_8));
            assertThat(cat.answers.readLine()).isEqualTo("open");
            return cat;
        }

        void read() throws IOException {
            acts.write("go\n");
            acts.flush();
            assertThat(answers.readLine()).isEqualTo("read");
        }

        @Override
        public void close() {
            process.destroy();
            process.onExit().join();
        }
    }
}
