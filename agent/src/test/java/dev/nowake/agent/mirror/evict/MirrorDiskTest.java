package dev.nowake.agent.mirror.evict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.nowake.agent.observe.Counters;
import dev.nowake.agent.observe.Journal;
import dev.nowake.agent.observe.JournalEntry;
import dev.nowake.agent.observe.Sentence;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A mirror's disk with its thread: whoever asks, one thing after the other, and what is told of it. */
class MirrorDiskTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    Path folder;

    private final Counters counters = new Counters();
    private final AtomicBoolean switchedOff = new AtomicBoolean();
    private Journal journal;
    private DiskCase disk;
    private MirrorDisk mirror;
    private MirroredModel a;
    private MirroredModel b;
    private MirroredModel c;

    @BeforeEach
    void threeModels() throws Exception {
        journal = new Journal(folder.resolve("journal.jsonl"), counters);
        disk = new DiskCase(folder);
        a = disk.model("a", 20, 10);
        b = disk.model("b", 30);
        c = disk.model("c", 30);
        mirror = mirror();
    }

    private MirrorDisk mirror() {
        return disk.mirror("m", switchedOff::get, counters, journal);
    }

    @AfterEach
    void close() {
        mirror.close();
        journal.close();
    }

    private DiskCounts counts() {
        DiskFigures figures = mirror.figures();
        return figures == null ? DiskCounts.NONE : figures.counts();
    }

    private List<JsonNode> lines(String kind) throws IOException {
        journal.close();
        List<JsonNode> lines = new ArrayList<>();
        for (String line : Files.readAllLines(folder.resolve("journal.jsonl"))) {
            JsonNode node = JsonMapper.shared().readTree(line);
            if (node.path("kind").asString("").equals(kind)) {
                lines.add(node);
            }
        }
        return lines;
    }

    private static String sentence(JsonNode line) {
        return Sentence.of(new JournalEntry(line, line.toString().getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void aDiskAboveItsBudgetIsBroughtBackByItself() throws Exception {
        disk.model("d", 50);
        mirror.start();
        await().atMost(PATIENCE).until(() -> counts().evictedModels() == 2);
        assertThat(disk.onDisk()).containsExactly("c", "d");
        assertThat(counts().evictedBytes()).isEqualTo(60);
        mirror.close();
        assertThat(lines("disk")).singleElement().satisfies(line -> {
            assertThat(line.path("mirror").asString()).isEqualTo("m");
            assertThat(line.path("policy").asString()).isEqualTo("mirror-lru");
            assertThat(line.path("usedBytes").asLong()).isEqualTo(140);
            assertThat(line.path("evictedBytes").asLong()).isEqualTo(60);
            assertThat(sentence(line))
                    .startsWith("mirror m: evicted a 30 B (least recently loaded), b 30 B (least recently loaded) in ");
        });
    }

    @Test
    void roomIsMadeWhenItIsAskedFor() throws Exception {
        mirror.start();
        assertThat(mirror.make(10, PATIENCE)).isEqualTo(new Room.Made(0, 0, ""));
        assertThat(mirror.make(40, PATIENCE)).isEqualTo(new Room.Made(30, 0, ""));
        disk.open(b);
        disk.kept.add("c");
        Room.Made made = mirror.make(50, PATIENCE);
        assertThat(made.isEnough()).isFalse();
        assertThat(made).isEqualTo(new Room.Made(0, 10, "b is open; c is kept"));
        assertThat(mirror.make(50, PATIENCE).why()).isEqualTo("b is open; c is kept");
        assertThat(counts().shortages()).isEqualTo(2);
        mirror.close();
        assertThat(lines("disk")).as("what stays the same is told once").hasSize(2);
        JsonNode last = lines("disk").getLast();
        assertThat(sentence(last)).isEqualTo("mirror m: 10 B missing on the disk: b is open; c is kept");
        assertThat(last.path("neededBytes").asLong()).isEqualTo(50);
    }

    @Test
    void manyAskAtOnceAndOneThingHappensAfterTheOther() throws Exception {
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        disk.host.others = () -> {
            most.accumulateAndGet(inside.incrementAndGet(), Math::max);
            Thread.onSpinWait();
            inside.decrementAndGet();
        };
        mirror.start();
        List<CompletableFuture<Room.Made>> asked = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            asked.add(CompletableFuture.supplyAsync(() -> {
                try {
                    return mirror.make(40, PATIENCE);
                } catch (InterruptedException stop) {
                    throw new AssertionError(stop);
                }
            }));
        }
        long freed = 0;
        for (CompletableFuture<Room.Made> each : asked) {
            Room.Made made = each.get(20, TimeUnit.SECONDS);
            assertThat(made.isEnough()).isTrue();
            freed += made.freedBytes();
        }
        assertThat(freed).as("the first one's eviction was enough for all").isEqualTo(30);
        assertThat(most).hasValue(1);
        assertThat(disk.onDisk()).containsExactly("b", "c");
    }

    @Test
    void whoAsksWaitsNoLongerThanHeSays() throws Exception {
        CountDownLatch hangs = new CountDownLatch(1);
        mirror.start();
        assertThat(mirror.make(1, PATIENCE).isEnough()).isTrue();
        disk.host.others = () -> {
            try {
                hangs.await();
            } catch (InterruptedException stop) {
                throw new AssertionError(stop);
            }
        };
        Room.Made made = mirror.make(40, Duration.ofMillis(50));
        assertThat(made.missingBytes()).isEqualTo(40);
        assertThat(made.why()).contains("not answered within 50 ms");
        Room.Made behind = mirror.make(70, Duration.ofMillis(50));
        assertThat(behind.isEnough()).isFalse();
        hangs.countDown();
        await().atMost(PATIENCE).until(() -> counts().evictedModels() == 1);
        assertThat(mirror.make(1, PATIENCE).isEnough()).isTrue();
        assertThat(disk.onDisk()).as("nobody waited for more").containsExactly("b", "c");
    }

    @Test
    void byHandInObserveModeTooAndNeverWhatIsInUse() throws Exception {
        disk.acts = false;
        disk.open(b);
        disk.kept.add("c");
        mirror.start();
        assertThat(mirror.evict(model -> true, "ann").get(20, TimeUnit.SECONDS))
                .containsExactly(
                        new MirrorDisk.ByHand("a", 30, null),
                        new MirrorDisk.ByHand("b", 0, "open"),
                        new MirrorDisk.ByHand("c", 0, "kept"));
        assertThat(mirror.evict(model -> false, "ann").get(20, TimeUnit.SECONDS))
                .isEmpty();
        switchedOff.set(true);
        assertThat(mirror.evict(model -> true, "ann"))
                .isCompletedExceptionally()
                .failsWithin(PATIENCE)
                .withThrowableThat()
                .withMessageContaining("who switched it off");
        assertThat(disk.onDisk()).containsExactly("b", "c");
        assertThat(counts()).isEqualTo(new DiskCounts(30, 1, 2, 0, 0));
        mirror.close();
        assertThat(lines("disk")).singleElement().satisfies(line -> {
            assertThat(line.path("by").asString()).isEqualTo("ann");
            assertThat(sentence(line))
                    .matches(
                            "mirror m: evicted a 30 B \\(by hand\\) for ann in .* s; stayed b \\(open\\), c \\(kept\\)");
        });
    }

    @Test
    void observeModeTellsWhatWouldGoOnce() throws Exception {
        disk.acts = false;
        disk.model("d", 50);
        mirror.start();
        mirror.make(0, PATIENCE);
        assertThat(mirror.make(0, PATIENCE)).isEqualTo(new Room.Made(0, 40, "in observe mode nothing is evicted"));
        assertThat(disk.onDisk()).containsExactly("a", "b", "c", "d");
        mirror.close();
        assertThat(lines("disk"))
                .singleElement()
                .satisfies(
                        line -> assertThat(sentence(line))
                                .startsWith(
                                        "mirror m: would evict a 30 B (least recently loaded), b 30 B (least recently loaded)"));
        assertThat(counts().evictedBytes()).isZero();
    }

    @Test
    void anOpenMakesAModelTheLastToGoAlsoAfterARestart() throws Exception {
        mirror.start();
        disk.pass(100);
        mirror.loaded(a.twins().getLast());
        mirror.close();
        DiskCase after = new DiskCase(folder);
        assertThat(after.loaded.unixSeconds().applyAsDouble(a.twins().getLast().local()))
                .isGreaterThan(after.loaded
                        .unixSeconds()
                        .applyAsDouble(c.twins().getFirst().local()))
                .isPositive();
    }

    @Test
    void itIsExplainedWhenAModelWouldGo() throws Exception {
        disk.open(c);
        assertThat(mirror.explain(Path.of("/tree/none"))).isNull();
        assertThat(mirror.explain(Path.of("/tree/b/0")))
                .containsEntry("mirror", "m")
                .containsEntry("model", "b")
                .containsEntry("onDiskBytes", 30L)
                .containsEntry("policy", "mirror-lru")
                .containsEntry("place", 2)
                .containsEntry("places", 2)
                .containsEntry("goesAfterBytes", 30L)
                .containsEntry("reason", "least recently loaded");
        assertThat(mirror.explain(Path.of("/tree/c")))
                .containsEntry("staysBecause", "open")
                .doesNotContainKey("place");
        assertThat(disk.policy.asked).isEmpty();
    }

    @Test
    void aDiskThatCannotBeLookedAtIsToldAndTheNextOneWaits() throws Exception {
        MirrorDisk.Parts parts = new MirrorDisk.Parts(
                "m",
                () -> {
                    throw new IllegalStateException("no models today");
                },
                new DiskBudget(
                        disk.limits,
                        () -> disk.models,
                        disk.host,
                        () -> {
                            throw new IOException("Stale file handle");
                        },
                        System::nanoTime),
                disk.staying(),
                disk.host,
                disk.policy,
                disk.loaded,
                () -> true,
                () -> false,
                () -> true,
                counters,
                journal);
        try (MirrorDisk broken = new MirrorDisk(parts)) {
            broken.start();
            assertThat(broken.make(5, PATIENCE))
                    .isEqualTo(new Room.Made(0, 5, "the disk cannot be looked at: Stale file handle"));
        }
        assertThat(lines("error"))
                .singleElement()
                .satisfies(line -> assertThat(sentence(line)).isEqualTo("mirror m: Stale file handle"));
    }

    @Test
    void whoAsksAtItsEndIsAnswered() throws Exception {
        mirror.start();
        mirror.close();
        assertThat(mirror.make(5, PATIENCE).why()).isEqualTo("the disk cannot be looked at: nowake is stopping");
        assertThat(mirror.evict(model -> true, "ann"))
                .failsWithin(PATIENCE)
                .withThrowableThat()
                .withMessageContaining("nowake is stopping");
    }

    @Test
    void itIsLookedAtOftenOnlyWhileBytesCome() {
        assertThat(DiskPace.nextNanos(true, false)).isEqualTo(5_000_000_000L);
        assertThat(DiskPace.nextNanos(true, true)).isEqualTo(60_000_000_000L);
        assertThat(DiskPace.nextNanos(false, false)).isEqualTo(60_000_000_000L);
    }
}
