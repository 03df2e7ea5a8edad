package dev.nowake.agent.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.agent.config.Mode;
import dev.nowake.agent.config.RootRule;
import dev.nowake.agent.decide.Assignment;
import dev.nowake.agent.govern.Governor;
import dev.nowake.kernel.OpenFile;
import dev.nowake.model.FileId;
import dev.nowake.model.Format;
import dev.nowake.model.Model;
import dev.nowake.model.RangeSet;
import dev.nowake.model.Shard;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LoadTest {
    private static final long MINUTE_NANOS = 60_000_000_000L;

    @Test
    void aLoadIsNotOverWhileAnyShardIsInUse() {
        Load load = load(0, 2);
        open(load, 0);
        open(load, 1);
        assertThat(load.isOver(false, Load.IDLE_GRACE_NANOS * 10)).isFalse();
        shard(load, 0).markUnused(0);
        assertThat(load.isOver(false, Load.IDLE_GRACE_NANOS * 10)).isFalse();
        shard(load, 1).markUnused(0);
        assertThat(load.isOver(true, 0)).isTrue();
    }

    @Test
    void aReaderThatWentFromStartToEndHasReadWhatItCouldSinceItWasSeen() {
        for (long could : new long[] {19, 20}) {
            Load load = load(0, 1);
            open(load, 0);
            shard(load, 0).touched().byAll(RangeSet.between(0, 80));
            shard(load, 0).readersAt(80, 80);
            shard(load, 0).markUnused(could);
            assertThat(shard(load, 0).touched().byAll()).isEqualTo(RangeSet.between(0, could < 20 ? 80 : 100));
        }
    }

    @Test
    void ofAReaderThatJumpsOnlyWhatWasSeenIsRead() {
        Load load = load(0, 1);
        open(load, 0);
        shard(load, 0).touched().byAll(RangeSet.between(0, 80));
        shard(load, 0).readersJump();
        shard(load, 0).markUnused(1000);
        assertThat(shard(load, 0).touched().byAll()).isEqualTo(RangeSet.between(0, 80));
    }

    @Test
    void aReaderThatLivesMayComeForTheNextShardForAWhile() {
        Load load = load(0, 2);
        open(load, 0);
        shard(load, 0).markUnused(0);
        load.used(100);
        assertThat(load.isOver(true, 100 + Load.IDLE_GRACE_NANOS - 1)).isFalse();
        assertThat(load.isOver(true, 100 + Load.IDLE_GRACE_NANOS)).isTrue();
        assertThat(load.isOver(false, 100)).isTrue();
    }

    @Test
    void residencyIsUnknownUntilOneShardWasLookedAt() {
        Load load = load(0, 3);
        assertThat(load.residentBytes()).isEqualTo(-1);
        shard(load, 1).residentBytes(0);
        assertThat(load.residentBytes()).isZero();
        shard(load, 2).residentBytes(7);
        assertThat(load.residentBytes()).isEqualTo(7);
    }

    @Test
    void aReusedPidIsNoNewReader() {
        Load load = load(0, 1);
        assertThat(load.addReader(7, 100)).isTrue();
        assertThat(load.addReader(7, 200)).isFalse();
        assertThat(load.readers()).containsExactly(Map.entry(7, 200L));
    }

    @Test
    void aPolicySeesTheShardsAsTheyStand() {
        Load load = load(0, 2);
        open(load, 1);
        TrackedShard second = shard(load, 1);
        second.advanceFrontier(50);
        second.advanceFrontier(20);
        second.ask(RangeSet.between(0, 30));
        var view = load.view(true, false, 0);
        assertThat(view.ended()).isTrue();
        assertThat(view.keepsPagesAcrossOpens()).isFalse();
        assertThat(view.files().getFirst().opened()).isFalse();
        assertThat(view.files().getLast()).satisfies(file -> {
            assertThat(file.inUse()).isTrue();
            assertThat(file.frontierBytes()).isEqualTo(50);
            assertThat(file.prefetched()).isEqualTo(RangeSet.between(0, 30));
            assertThat(file.residentBytes()).isEqualTo(-1);
        });
    }

    @Test
    void aShardNeverHoldsMoreThanOneDescriptor() {
        List<Integer> closed = new ArrayList<>();
        TrackedShard shard = shard(load(0, 1), 0);
        shard.hold(new OpenFile(3, closed::add));
        shard.hold(new OpenFile(4, closed::add));
        assertThat(closed).containsExactly(4);
        assertThat(shard.file().fd()).isEqualTo(3);
        shard.closeFile();
        shard.closeFile();
        assertThat(closed).containsExactly(4, 3);
        assertThat(shard.file()).isNull();
        shard.hold(new OpenFile(5, closed::add));
        assertThat(shard.file().fd()).isEqualTo(5);
    }

    @Test
    void anOpenEndsTheProbingAndACloseBeginsItAnew() {
        TrackedShard shard = shard(load(0, 1), 0);
        assertThat(shard.probeDueNanos()).isEqualTo(TrackedShard.NEVER);
        shard.closeSeen(5);
        assertThat(shard.probeDueNanos()).isEqualTo(5);
        assertThat(shard.nextProbe()).isZero();
        assertThat(shard.probeDueNanos()).isEqualTo(TrackedShard.NEVER);
        assertThat(shard.nextProbe()).isEqualTo(1);
        shard.probeAt(9);
        shard.markOpened();
        assertThat(shard.probeDueNanos()).isEqualTo(TrackedShard.NEVER);
        assertThat(shard.nextProbe()).isZero();
        assertThat(shard.opens()).isEqualTo(1);
    }

    @Test
    void theBookFindsALoadByItsFilesWhileItLasts() {
        LoadBook book = new LoadBook();
        ActiveLoad active = active(1, 2);
        book.begin(active);
        assertThat(book.of(new FileId(1, 0))).isSameAs(active);
        assertThat(book.of(new FileId(1, 1))).isSameAs(active);
        assertThat(book.of(new FileId(2, 0))).isNull();
        book.end(active, 5);
        assertThat(book.of(new FileId(1, 0))).isNull();
        assertThat(book.active()).isEmpty();
        assertThat(active.load().state()).isEqualTo(LoadState.DONE);
        assertThat(active.load().endedNanos()).isEqualTo(5);
    }

    @Test
    void theNextLoadOfTheSameFilesOutlivesTheEndOfTheFirst() {
        LoadBook book = new LoadBook();
        ActiveLoad first = active(1, 1);
        ActiveLoad next = active(1, 1);
        book.begin(first);
        book.begin(next);
        book.end(first, 5);
        assertThat(book.of(new FileId(1, 0))).isSameAs(next);
        assertThat(book.all(5)).containsExactly(first.load(), next.load());
    }

    @Test
    void theBookRemembersTenMinutes() {
        LoadBook book = new LoadBook();
        endAt(book, 1, 0);
        endAt(book, 2, MINUTE_NANOS);
        assertThat(book.all(10 * MINUTE_NANOS)).hasSize(2);
        assertThat(book.all(10 * MINUTE_NANOS + 1))
                .extracting(load -> load.model().name())
                .containsExactly("m2");
        assertThat(book.all(12 * MINUTE_NANOS)).isEmpty();
    }

    @Test
    void theBookRemembersAHundredLoadsAndEveryOneUnderWay() {
        LoadBook book = new LoadBook();
        for (int i = 0; i < 130; i++) {
            book.begin(active(1000 + i, 1));
            endAt(book, i, i);
        }
        assertThat(book.all(130)).hasSize(100 + 130);
        assertThat(book.all(130).getFirst().model().name()).isEqualTo("m30");
        assertThat(book.all(130).getLast().model().name()).isEqualTo("m1129");
    }

    private static void endAt(LoadBook book, int number, long nanos) {
        ActiveLoad active = active(number, 1);
        book.begin(active);
        book.end(active, nanos);
    }

    private static ActiveLoad active(int number, int shards) {
        RootRule rule = new RootRule(Path.of("/models"), Mode.ENFORCE, "none", Map.of());
        return new ActiveLoad(
                load(number, shards),
                rule,
                "root",
                new Assignment("none", Map.of(), "none", Map.of()),
                new Governor(0, () -> null).open(),
                () -> true);
    }

    private static Load load(int number, int count) {
        List<Shard> shards = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            shards.add(new Shard(new FileId(number, i), i, "shard" + i, 100));
        }
        Model model = new Model("m" + number, Format.GGUF, shards);
        return new Load(
                model,
                shards.stream().map(s -> new TrackedShard(s, Path.of(s.path()))).toList(),
                0);
    }

    private static TrackedShard shard(Load load, int index) {
        return List.copyOf(load.shards()).get(index);
    }

    private static void open(Load load, int index) {
        shard(load, index).markOpened();
    }
}
