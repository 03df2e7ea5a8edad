package dev.nowake.agent.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.nowake.agent.config.Mode;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Readers that stop, die, fork, or have their model rewritten under them. */
@Tag("kernel")
final class BadDaysTest {
    private static final long SIZE = 192 * Rig.MIB;

    /** The kernel's own read-ahead of 8 MiB, twice. */
    private static final long AHEAD = 16 * Rig.MIB;

    private static Path started(Rig rig, String args) throws Exception {
        Path shard = rig.model("llama", SIZE, 1).getFirst();
        new Scripts(rig).start("roots: [{path: %s, policy: load-and-release, args: {%s}}]\n".formatted(rig.root, args));
        return shard;
    }

    @Test
    void aReaderThatIsStoppedCostsNothingAndIsServedWhenItGoesOn() throws Exception {
        try (Rig rig = Rig.make();
                Reader reader = Reader.start()) {
            Path shard = started(rig, "window: 32MiB");
            reader.open(shard).act("take 48");
            await("its window").atMost(Rig.SOON).until(() -> rig.resident(shard) >= Rig.most(80 * Rig.MIB));

            Reader.run("kill", "-STOP", Long.toString(reader.pid()));
            try {
                long before = ownCpuNanos();
                rig.keeps(
                        1500,
                        () -> assertThat(rig.resident(shard))
                                .isBetween(Rig.most(80 * Rig.MIB), (48 + 32) * Rig.MIB + AHEAD));
                assertThat(ownCpuNanos() - before)
                        .as("CPU of a daemon that waits")
                        .isLessThan(750_000_000L);
                assertThat(rig.counter("loadsDone")).isZero();
            } finally {
                Reader.run("kill", "-CONT", Long.toString(reader.pid()));
            }
            reader.act("take 48");
            await("its window follows").atMost(Rig.SOON).until(() -> rig.resident(shard) >= Rig.most(128 * Rig.MIB));
            reader.act("close");
            rig.awaitReleased(List.of(shard));
            assertThat(rig.counter("errors")).isZero();
        }
    }

    /** Of the daemon's threads, which run in this process. */
    private static long ownCpuNanos() {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long sum = 0;
        for (long id : threads.getAllThreadIds()) {
            var info = threads.getThreadInfo(id);
            if (info != null && info.getThreadName().startsWith("nowake-")) {
                sum += Math.max(0, threads.getThreadCpuTime(id));
            }
        }
        return sum;
    }

    @Test
    void whatAKilledReaderLeavesIsReleased() throws Exception {
        try (Rig rig = Rig.make();
                Reader reader = Reader.start();
                Reader mapper = Reader.start()) {
            Path shard = started(rig, "window: 32MiB");
            reader.open(shard).act("take 48");
            mapper.act("touch 0 32 " + shard);
            await().atMost(Rig.SOON).until(() -> rig.resident(shard) > 64 * Rig.MIB);
            reader.kill();
            rig.keeps(300, () -> assertThat(rig.counter("loadsDone")).isZero());
            mapper.kill();
            rig.awaitReleased(List.of(shard));
            rig.awaitLoadsDone(1);
        }
    }

    @Test
    void aChildThatHasTheDescriptorKeepsThePages() throws Exception {
        forked("open %s", "take 48");
    }

    @Test
    void aChildThatHasTheMappingKeepsThePages() throws Exception {
        forked("touch 0 48 %s");
    }

    private static void forked(String... acts) throws Exception {
        try (Rig rig = Rig.make();
                Reader reader = Reader.start()) {
            Path shard = started(rig, "window: 32MiB");
            for (String act : acts) {
                reader.act(act.formatted(shard));
            }
            reader.act("fork");
            ProcessHandle child = ProcessHandle.of(reader.pid())
                    .orElseThrow()
                    .children()
                    .findFirst()
                    .orElseThrow();
            try {
                await().atMost(Rig.SOON).until(() -> rig.resident(shard) > 64 * Rig.MIB);
                long held = rig.resident(shard);
                reader.kill();
                rig.keeps(700, () -> {
                    assertThat(rig.counter("loadsDone")).isZero();
                    assertThat(rig.resident(shard)).isGreaterThanOrEqualTo(Rig.most(held));
                });
            } finally {
                child.destroyForcibly();
            }
            rig.awaitReleased(List.of(shard));
            rig.awaitLoadsDone(1);
        }
    }

    @Test
    void aModelRewrittenInPlaceIsLeftToItsWriter() throws Exception {
        try (Rig rig = Rig.make();
                Reader reader = Reader.start()) {
            Path shard = started(rig, "window: 16MiB");
            reader.open(shard).act("take 32");
            rig.awaitCounter("prefetchedBytes", 8 * Rig.MIB);

            Reader.run(
                    "dd",
                    "if=/dev/zero",
                    "of=" + shard,
                    "bs=1M",
                    "seek=128",
                    "count=24",
                    "conv=notrunc",
                    "status=none");

            rig.awaitCounter("rewritten", 1);
            await().atMost(Rig.SOON)
                    .untilAsserted(() -> assertThat(rig.journal("load"))
                            .anyMatch(line -> line.path("reason").asString().startsWith("written in place")));
            long prefetched = rig.counter("prefetchedBytes");
            reader.act("take 64");
            rig.keeps(500, () -> assertThat(rig.counter("prefetchedBytes")).isEqualTo(prefetched));
            reader.act("close");
            rig.awaitLoadsDone(1);
            // nobody drops what a writer left, written back or not
            rig.keeps(500, () -> assertThat(rig.resident(shard)).isGreaterThanOrEqualTo(Rig.most((96 + 24) * Rig.MIB)));
            assertThat(rig.counter("evictedBytes")).isZero();
            assertThat(rig.counter("errors")).isZero();
        }
    }

    @Test
    void aModelThatShrinksWhileItIsReadIsNoError() throws Exception {
        try (Rig rig = Rig.make();
                Reader reader = Reader.start()) {
            Path shard = started(rig, "window: 64MiB");
            reader.open(shard).act("take 8");
            Reader.run("truncate", "-s", "16M", shard.toString());
            rig.awaitCounter("rewritten", 1);
            reader.act("take 16").act("close");
            rig.awaitLoadsDone(1);
            assertThat(rig.counter("errors")).isZero();
        }
    }

    /** In observe mode as well, where only the kernel's books are read. */
    @Test
    void whoObservesSeesReadersToo() throws Exception {
        try (Rig rig = Rig.make();
                Reader reader = Reader.start()) {
            Path shard = rig.model("llama", SIZE, 1).getFirst();
            rig.start(Mode.OBSERVE);
            reader.open(shard).act("take 32");
            await().atMost(Rig.SOON).untilAsserted(() -> {
                assertThat(rig.load().path("readers").path(0).path("pid").asLong())
                        .isEqualTo(reader.pid());
                assertThat(rig.load().path("readers").path(0).path("progress").asString())
                        .isEqualTo("position");
            });
        }
    }
}
