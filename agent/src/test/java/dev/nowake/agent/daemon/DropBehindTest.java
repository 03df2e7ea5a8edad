package dev.nowake.agent.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.nowake.kernel.Extent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A load that lives in less memory than its model: what was read goes while the reader reads on. */
@Tag("kernel")
final class DropBehindTest {
    private static final int STEP_MIB = 16;

    /** 32 MiB ahead of the reader, and everything that lies 16 MiB behind the slowest goes. */
    private static final String TIGHT = """
            const MIB = 1048576;
            export function prefetch({ trigger, file, range, load }) {
              if (!load || load.ended) return [];
              const missed = trigger === "miss" ? [{ file: file.id, ...range, reason: "missed" }] : [];
              const window = load.files.filter((f) => f.inUse && f.frontier < f.size)
                .map((f) => ({ file: f.id, offset: f.frontier, length: 32 * MIB, reason: "window" }));
              return [...missed, ...window];
            }
            const slowest = ({ frontier, touched: [...t] }) => Math.min(frontier, t.at(-1).offset + t.at(-1).length);
            export function evict({ load }) {
              if (!load) return [];
              if (load.ended) return load.files.map((f) => ({ file: f.id, reason: "over" }));
              return load.files.flatMap((f) => f.touched.map((t) => ({
                file: f.id, offset: t.offset, length: Math.min(t.length, slowest(f) - 16 * MIB - t.offset), reason: "behind",
              }))).filter((s) => s.length > 0);
            }
            """;

    @Test
    void aSlowReaderNeedsTheWindowAloneAndMayGoBack() throws Exception {
        try (Rig rig = Rig.make();
                Reader reader = Reader.start()) {
            Path shard = rig.model("llama", 192 * Rig.MIB, 1).getFirst();
            rig.bringIn(shard, 64 * Rig.MIB, 8 * Rig.MIB);
            Scripts scripts = new Scripts(rig).write("tight", TIGHT);
            scripts.start(Scripts.only(rig, "tight"));
            List<Extent> before = rig.residentExtents(shard); // and what the kernel has read ahead meanwhile

            reader.open(shard);
            readOn(rig, reader, shard, 11, resident(before));
            rig.awaitCounter("evictedBytes", 96 * Rig.MIB);
            assertHolds(rig, shard, before);

            // to where nothing is any more
            reader.act("seek 1");
            rig.awaitCounter("misses", 1);
            await().atMost(Rig.SOON).until(() -> scripts.planned("tight", "missed"));
            await("the window follows it back")
                    .atMost(Rig.SOON)
                    .untilAsserted(() -> assertThat(rig.residentExtents(shard).getFirst())
                            .matches(first ->
                                    first.offsetBytes() <= Rig.MIB && first.endBytes() >= Rig.most(32 * Rig.MIB)));
            // nothing is behind a reader that has gone back
            rig.awaitCounter("wentBack", 1);
            long evicted = rig.counter("evictedBytes");
            reader.act("take 96");
            rig.keeps(500, () -> assertThat(read(rig, shard, 1, 97)).isGreaterThanOrEqualTo(Rig.most(96 * Rig.MIB)));
            assertThat(rig.counter("evictedBytes")).isEqualTo(evicted);
            assertThat(rig.journal("load"))
                    .anyMatch(line -> line.path("reason").asString().startsWith("a reader went back"));
            assertHolds(rig, shard, before);

            reader.act("close");
            rig.awaitLoadsDone(1);
            await().atMost(Rig.SOON)
                    .untilAsserted(() -> assertThat(rig.resident(shard)).isLessThanOrEqualTo(resident(before)));
            assertHolds(rig, shard, before);
            assertThat(rig.counter("errors")).isZero();
        }
    }

    /** Window, margin, one step, two windows of the kernel's own read-ahead, and {@code besides}. */
    private static void readOn(Rig rig, Reader reader, Path shard, int steps, long besides) throws Exception {
        long most = (32 + 16 + STEP_MIB + 2 * 8) * Rig.MIB + besides;
        for (int i = 0; i < steps; i++) {
            reader.act("take " + STEP_MIB);
            await("dropped behind the reader")
                    .atMost(Rig.SOON)
                    .untilAsserted(() -> assertThat(rig.resident(shard)).isLessThanOrEqualTo(most));
        }
    }

    private static void assertHolds(Rig rig, Path shard, List<Extent> before) throws Exception {
        long held = 0;
        for (Extent was : before) {
            for (Extent is : rig.residentExtents(shard)) {
                held += Math.max(
                        0, Math.min(was.endBytes(), is.endBytes()) - Math.max(was.offsetBytes(), is.offsetBytes()));
            }
        }
        assertThat(held).as("of what was resident before").isGreaterThanOrEqualTo(Rig.most(resident(before)));
    }

    /** Resident bytes between two places of the file, in MiB. */
    private static long read(Rig rig, Path shard, long fromMib, long toMib) {
        return rig.residentExtents(shard).stream()
                .mapToLong(extent -> Math.max(
                        0,
                        Math.min(extent.endBytes(), toMib * Rig.MIB)
                                - Math.max(extent.offsetBytes(), fromMib * Rig.MIB)))
                .sum();
    }

    private static long resident(List<Extent> extents) {
        return extents.stream().mapToLong(Extent::lengthBytes).sum();
    }

    /** A second reader begins when the first has passed, and what it needs is gone. */
    @Test
    void aReaderThatComesLateIsServedAndNotDroppedUnder() throws Exception {
        try (Rig rig = Rig.make();
                Reader first = Reader.start();
                Reader late = Reader.start()) {
            Path shard = rig.model("llama", 128 * Rig.MIB, 1).getFirst();
            new Scripts(rig).write("tight", TIGHT).start(Scripts.only(rig, "tight"));

            first.open(shard);
            readOn(rig, first, shard, 7, 0);
            rig.awaitCounter("evictedBytes", 64 * Rig.MIB);
            late.open(shard).act("seek 1");
            rig.awaitCounter("misses", 1);
            late.act("take 32");

            rig.keeps(1200, () -> assertThat(read(rig, shard, 18, 33)).isGreaterThanOrEqualTo(Rig.most(15 * Rig.MIB)));
            late.act("close");
            first.act("close");
            rig.awaitReleased(List.of(shard));
        }
    }

    /** The shipped policy, and a model that is larger than this host's memory though its file holds next to nothing. */
    @Test
    void loadAndReleaseDropsBehindWhereTheModelDoesNotFit() throws Exception {
        try (Rig rig = Rig.make();
                Reader reader = Reader.start()) {
            Path huge = Files.createDirectory(rig.root.resolve("huge")).resolve("model.safetensors");
            Reader.run("truncate", "-s", "4T", huge.toString());
            new Scripts(rig).start("""
                    roots: [{path: %s, policy: load-and-release, args: {window: 16MiB}}]
                    """.formatted(rig.root));

            reader.open(huge);
            for (int i = 0; i < 12; i++) {
                reader.act("take 64");
                await("dropped behind the reader")
                        .atMost(Rig.SOON)
                        .untilAsserted(() -> assertThat(rig.resident(huge)).isLessThan((256 + 64 + 64) * Rig.MIB));
            }
            assertThat(rig.counter("evictedBytes")).isGreaterThan(256 * Rig.MIB);
            reader.act("close");
            rig.awaitReleased(List.of(huge));
        }
    }
}
