package dev.nowake.agent.mirror.fill;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.agent.identify.FoundModel;
import dev.nowake.agent.identify.ModelFinder;
import dev.nowake.agent.mirror.Fills;
import dev.nowake.agent.mirror.Twin;
import dev.nowake.kernel.FileAccess.ReadMode;
import dev.nowake.model.ByteRange;
import dev.nowake.model.FileId;
import dev.nowake.model.Model;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

final class LookaheadTest {
    private static final long MIB = 1 << 20;

    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final Map<FileId, Twin> twins = new ConcurrentHashMap<>();
    private final Fills fills = new Fills() {
        @Override
        public CompletableFuture<Void> need(Twin twin, ByteRange range) {
            throw new AssertionError("nobody waits here");
        }

        @Override
        public void expect(Twin twin, ByteRange range) {
            asked.add(twin.local() + " " + range.start() / MIB + "-" + range.end() / MIB);
        }

        @Override
        public void forget(Twin twin) {
            asked.add("forget " + twin.local());
        }
    };

    private PaperTwin twin(String path, long mib) {
        PaperTwin twin = new PaperTwin(path, mib * MIB);
        twins.put(twin.id(), twin);
        return twin;
    }

    private Lookahead ahead(int files, Room room) {
        return new Lookahead("test", fills, new ModelOrder(id -> null, twins::values), room, files);
    }

    private List<PaperTwin> shards() {
        List<PaperTwin> shards = new ArrayList<>();
        for (int i = 1; i <= 12; i++) {
            shards.add(twin("/m/model-%05d-of-00012.safetensors".formatted(i), 10));
        }
        twin("/m/other-00001-of-00002.safetensors", 1);
        twin("/n/model-00004-of-00012.safetensors", 1);
        twin("/m/tokenizer.json", 1);
        return shards;
    }

    private static String name(int shard) {
        return "/m/model-%05d-of-00012.safetensors ".formatted(shard);
    }

    private void awaitAsked(String... expected) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(asked).containsExactly(expected));
    }

    @Test
    void theRestOfTheFileThenTheNextOnesOfItsModel() {
        List<PaperTwin> shards = shards();
        try (Lookahead ahead = ahead(2, bytes -> true)) {
            ahead.reads(shards.get(8), 4 * MIB);
            awaitAsked(name(9) + "4-10", name(9) + "0-4", name(10) + "0-10", name(11) + "0-10");
            ahead.reads(shards.get(8), 7 * MIB);
            ahead.reads(shards.get(11), 0);
            awaitAsked(name(9) + "4-10", name(9) + "0-4", name(10) + "0-10", name(11) + "0-10", name(12) + "0-10");
        }
    }

    @Test
    void whatHasNoRoomIsNotExpected() {
        List<PaperTwin> shards = shards();
        shards.get(1).written(shards.get(1).all());
        AtomicLong most = new AtomicLong();
        try (Lookahead ahead = ahead(4, bytes -> {
            most.accumulateAndGet(bytes, Math::max);
            return bytes <= 25 * MIB;
        })) {
            ahead.reads(shards.get(0), 0);
            awaitAsked(name(1) + "0-10", name(2) + "0-10", name(3) + "0-10");
            assertThat(most).hasValue(30 * MIB);
        }
    }

    @Test
    void whatIsOverIsForgottenUnlessSomebodyElseReadsIt() {
        List<PaperTwin> shards = shards();
        try (Lookahead ahead = ahead(2, bytes -> true)) {
            ahead.reads(shards.get(0), 0);
            ahead.reads(shards.get(2), 0);
            awaitAsked(
                    name(1) + "0-10",
                    name(2) + "0-10",
                    name(3) + "0-10",
                    name(3) + "0-10",
                    name(4) + "0-10",
                    name(5) + "0-10");
            asked.clear();
            ahead.ended(Set.of(shards.get(0).id()));
            assertThat(asked).containsExactlyInAnyOrder("forget " + name(1).strip(), "forget " + name(2).strip());
            asked.clear();
            ahead.ended(Set.of(shards.get(2).id()));
            assertThat(asked).hasSize(3);
            ahead.reads(shards.get(0), 0);
            Awaitility.await().untilAsserted(() -> assertThat(asked).contains(name(1) + "0-10"));
        }
    }

    @Test
    void aLoadThatEndsWhileRoomIsMadeGetsNothing() throws Exception {
        List<PaperTwin> shards = shards();
        CountDownLatch asks = new CountDownLatch(1);
        CountDownLatch over = new CountDownLatch(1);
        try (Lookahead ahead = ahead(2, bytes -> {
            asks.countDown();
            try {
                return over.await(10, TimeUnit.SECONDS);
            } catch (InterruptedException closed) {
                return false;
            }
        })) {
            ahead.reads(shards.get(0), 0);
            asks.await();
            ahead.ended(Set.of(shards.get(0).id()));
            over.countDown();
            ahead.reads(shards.get(11), 0);
            awaitAsked(name(12) + "0-10");
        }
    }

    @Test
    void theRemoteIsReadWhileTheLoaderSleeps() throws Exception {
        try (FillRig rig = FillRig.make().start()) {
            List<FakeTwin> shards = new ArrayList<>();
            for (int i = 1; i <= 4; i++) {
                shards.add(rig.twin("m-%05d-of-00004.safetensors".formatted(i), 10 * FillRig.PIECE));
            }
            try (Lookahead ahead =
                    new Lookahead("test", rig.filler, new ModelOrder(id -> null, () -> shards), bytes -> true, 2)) {
                FillRig.get(rig.filler.need(shards.get(0), new ByteRange(0, 4096)));
                ahead.reads(shards.get(0), 0);
                for (FakeTwin shard : shards.subList(0, 3)) {
                    rig.soon(() -> assertThat(shard.isComplete()).isTrue());
                }
                assertThat(rig.readBytes()).isEqualTo(30 * FillRig.PIECE);
            }
        }
    }

    /** Names that are not numbered, which only the index brings together. */
    @Test
    void anIndexTellsTheOrder() throws Exception {
        try (FillRig rig = FillRig.make()) {
            for (String name : List.of("c.safetensors", "a.safetensors", "b.safetensors", "alone.gguf")) {
                rig.file("m/" + name, 4096);
            }
            Files.writeString(
                    rig.remote.resolve("m/model.safetensors.index.json"),
                    "{\"weight_map\": {\"x\": \"b.safetensors\", \"y\": \"c.safetensors\", \"z\": \"a.safetensors\"}}");
            for (String name : List.of("c.safetensors", "a.safetensors", "b.safetensors", "alone.gguf")) {
                FakeTwin twin = rig.twin("m/" + name);
                twins.put(twin.id(), twin);
            }
            Files.copy(
                    rig.remote.resolve("m/model.safetensors.index.json"),
                    rig.local.resolve("m/model.safetensors.index.json"));
            List<FoundModel> found = new ModelFinder(rig.files, ReadMode.NORMAL)
                    .find(List.of(rig.local))
                    .models();
            ModelOrder order = new ModelOrder(id -> modelOf(found, id), twins::values);
            assertThat(order.after(named("a.safetensors")))
                    .extracting(twin -> twin.local().getFileName().toString())
                    .containsExactly("b.safetensors", "c.safetensors");
            assertThat(order.after(named("c.safetensors"))).isEmpty();
            assertThat(order.after(named("alone.gguf"))).isEmpty();
        }
    }

    private Twin named(String name) {
        return twins.values().stream()
                .filter(twin -> twin.local().endsWith(name))
                .findFirst()
                .orElseThrow();
    }

    private static Model modelOf(List<FoundModel> found, FileId id) {
        return found.stream()
                .map(FoundModel::model)
                .filter(model ->
                        model.shards().stream().anyMatch(shard -> shard.id().equals(id)))
                .findFirst()
                .orElse(null);
    }
}
