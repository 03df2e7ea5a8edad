package dev.nowake.agent.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.nowake.kernel.proc.Mount;
import dev.nowake.kernel.proc.MountInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** By what each reader's progress is known, and what becomes of pages a reader still maps. */
@Tag("kernel")
final class ProgressTest {
    private static JsonNode reader(Rig rig, Reader reader) {
        for (JsonNode each : rig.load().path("readers")) {
            if (each.path("pid").asLong() == reader.pid()) {
                return each;
            }
        }
        throw new AssertionError("no reader " + reader.pid() + " in " + rig.load());
    }

    private static void awaitProgress(Rig rig, Reader reader, long atLeastMib, String... sources) {
        await("progress of " + reader.pid()).atMost(Rig.SOON).untilAsserted(() -> {
            JsonNode seen = reader(rig, reader);
            assertThat(seen.path("progress").asString()).isIn((Object[]) sources);
            assertThat(seen.path("touchedBytes").asLong()).isGreaterThanOrEqualTo(Rig.most(atLeastMib * Rig.MIB));
        });
    }

    @Test
    void eachReaderIsFollowedByTheBestThereIs() throws Exception {
        try (Rig rig = Rig.make();
                Reader reading = Reader.start();
                Reader mapping = Reader.start();
                Reader idle = Reader.start()) {
            Path shard = rig.model("llama", 96 * Rig.MIB, 1).getFirst();
            new Scripts(rig).start("roots: [{path: %s, policy: none}]\n".formatted(rig.root));
            idle.open(shard);
            reading.open(shard).act("take 32");
            mapping.act("touch 16 48 " + shard);

            awaitProgress(rig, reading, 32, "position");
            awaitProgress(rig, mapping, 32, "page table");
            awaitProgress(rig, idle, 0, "unknown");
            assertThat(reader(rig, mapping).path("touchedBytes").asLong()).isLessThan(40 * Rig.MIB);
        }
    }

    /** No look falls between an open and its close, but the process lives and has a count of what it has read. */
    @Test
    void whatWasReadAndClosedBetweenTwoLooksIsKnownByTheProcesssCount() throws Exception {
        try (Rig rig = Rig.make();
                Reader reader = Reader.start()) {
            List<Path> shards = rig.model("llama", 400 * Rig.MIB, 4);
            for (Path shard : shards) {
                rig.bringIn(shard, 0, Files.size(shard));
            }
            new Scripts(rig).start("roots: [{path: %s, policy: none}]\n".formatted(rig.root));
            reader.open(shards.getFirst()).act("take 1");
            awaitProgress(rig, reader, 1, "position");

            reader.act("read").act("close");
            for (Path shard : shards.subList(1, 4)) {
                reader.open(shard).act("read").act("close");
            }

            rig.awaitLoadsDone(1);
            JsonNode done = rig.journal("done").getFirst();
            assertThat(done.path("readBytes").asLong())
                    .isEqualTo(done.path("openedBytes").asLong())
                    .isGreaterThan(400 * Rig.MIB);
        }
    }

    /** pread(2) leaves no trace in positions: events where tracefs is there, else pages nobody asked for. */
    @Test
    void aReaderWhosePositionStandsStillIsSeenByWhatItBrings() throws Exception {
        try (Rig rig = Rig.make();
                Reader reader = Reader.start()) {
            Path shard = rig.model("llama", 128 * Rig.MIB, 1).getFirst();
            new Scripts(rig).start("roots: [{path: %s, policy: none}]\n".formatted(rig.root));
            reader.open(shard);
            for (int i = 0; i < 16; i++) {
                reader.act("pread 6");
                Thread.onSpinWait();
                rig.keeps(
                        150, () -> assertThat(rig.load().path("readers").size()).isEqualTo(1));
            }
            awaitProgress(rig, reader, 16, "tracepoints", "residency");
        }
    }

    /** With the kernel's events it is known to the byte, and what was there already as well. */
    @Test
    void preadIsSeenByTheKernelsEvents() throws Exception {
        try (Rig rig = Rig.make();
                Reader reader = Reader.start();
                Tracing tracing = Tracing.mount(rig.folder)) {
            Path shard = rig.model("llama", 128 * Rig.MIB, 1).getFirst();
            rig.bringIn(shard, 0, 128 * Rig.MIB);
            new Scripts(rig).start("roots: [{path: %s, policy: none}]\n".formatted(rig.root));
            reader.open(shard).act("pread 8");
            await("seen to read").atMost(Rig.SOON).until(() -> tracing.instances() > 0);
            for (int i = 0; i < 20; i++) {
                reader.act("pread 4");
                rig.keeps(100, () -> assertThat(rig.counter("errors")).isZero());
            }
            awaitProgress(rig, reader, 32, "tracepoints");
            assertThat(reader(rig, reader).path("touchedBytes").asLong()).isLessThanOrEqualTo(88 * Rig.MIB);
            reader.act("close");
            rig.awaitLoadsDone(1);
            await("nothing left behind").atMost(Rig.SOON).until(() -> tracing.instances() == 0);
        }
    }

    /** tracefs, mounted for the test where it is not there. */
    private record Tracing(Path folder, boolean mounted) implements AutoCloseable {
        static Tracing mount(Path where) throws Exception {
            Path folder = MountInfo.read().mounts().stream()
                    .filter(mount -> mount.fsType().equals("tracefs"))
                    .map(Mount::mountPoint)
                    .findFirst()
                    .orElse(null);
            boolean mounted = folder == null;
            if (mounted) {
                folder = Files.createDirectory(where.resolve("tracefs"));
                Reader.run("mount", "-t", "tracefs", "nodev", folder.toString());
            }
            assumeTrue(Files.exists(folder.resolve("events/filemap/mm_filemap_get_pages")), "an older kernel");
            return new Tracing(folder, mounted);
        }

        /** Of this process. */
        long instances() {
            String prefix = "nowake-" + ProcessHandle.current().pid() + "-";
            try (Stream<Path> all = Files.list(folder.resolve("instances"))) {
                return all.filter(each -> each.getFileName().toString().startsWith(prefix))
                        .count();
            } catch (IOException gone) {
                return 0;
            }
        }

        @Override
        public void close() throws IOException {
            if (mounted) {
                try {
                    Reader.run("umount", "-l", folder.toString());
                } catch (Exception busy) {
                    throw new IOException(busy);
                }
            }
        }
    }

    /** A model larger than this host's memory, mapped by one process, and then by two. */
    @Test
    void mappedPagesGoBehindALoneMapperAndStayWhereThereAreTwo() throws Exception {
        try (Rig rig = Rig.make();
                Reader reader = Reader.start();
                Reader other = Reader.start()) {
            Path huge = Files.createDirectory(rig.root.resolve("huge")).resolve("model.safetensors");
            Reader.run("truncate", "-s", "4T", huge.toString());
            new Scripts(rig)
                    .start("roots: [{path: %s, policy: load-and-release, args: {window: 16MiB, mapped: pageout}}]\n"
                            .formatted(rig.root));
            for (int at = 0; at < 640; at += 64) {
                reader.act("touch %d %d %s".formatted(at, at + 64, huge));
                await("taken from its mapper")
                        .atMost(Rig.SOON)
                        .untilAsserted(() -> assertThat(rig.resident(huge)).isLessThan((256 + 64 + 16 + 48) * Rig.MIB));
            }
            assertThat(rig.counter("evictedBytes")).isGreaterThan(200 * Rig.MIB);
            assertThat(rig.counter("wentBack")).isZero();

            other.act("touch 0 640 " + huge);
            rig.awaitCounter("pageOutShared", 1);
            rig.keeps(1200, () -> assertThat(rig.resident(huge)).isGreaterThanOrEqualTo(Rig.most(500 * Rig.MIB)));
            assertThat(rig.journal("load").stream()
                            .filter(line -> line.path("reason").asString().startsWith("several processes map it")))
                    .hasSize(1);
            reader.act("unmap");
            other.act("unmap");
            rig.awaitReleased(List.of(huge));
        }
    }
}
