package dev.nowake.policy.builtin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.model.RangeSet;
import dev.nowake.policy.FileView;
import dev.nowake.policy.Guard;
import dev.nowake.policy.Node;
import dev.nowake.policy.PolicyInput;
import dev.nowake.policy.Step;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** The default policy's laws, over loads in any state, and its order. */
class LoadAndReleasePolicyTest {
    private static final long GIB = Situations.GIB;

    private final LoadAndReleasePolicy policy = new LoadAndReleasePolicy();

    @Property(tries = 500)
    void itNeverPlansMoreThanItsWindow(@ForAll("loads") Situation situation) {
        PolicyInput input = situation.input();
        long planned = 0;
        for (Step.OnRange step : prefetch(input)) {
            assertThat(step.lengthBytes()).isPositive();
            planned += step.lengthBytes();
        }
        assertThat(planned).isLessThanOrEqualTo(Lookahead.windowBytes(input));
    }

    @Property(tries = 500)
    void theGuardHasNothingToSayAgainstIt(@ForAll("loads") Situation situation) {
        PolicyInput input = situation.input();
        List<Step.OnRange> steps = prefetch(input);
        Guard.Verdict verdict = Guard.check(steps, input);
        assertThat(verdict.refused()).isEmpty();
        assertThat(verdict.accepted()).hasSameSizeAs(steps);
        assertThat(verdict.accepted())
                .allSatisfy(checked -> assertThat(checked.range().bytes())
                        .isEqualTo(checked.step().lengthBytes()));
    }

    @Property(tries = 500)
    void filesInUseComeFirstAndNoByteTwice(@ForAll("loads") Situation situation) {
        List<Step.OnRange> steps = prefetch(situation.input());
        Set<Object> inUse = situation.files().stream()
                .filter(FileView::inUse)
                .map(FileView::id)
                .collect(Collectors.toSet());
        List<Boolean> used =
                steps.stream().map(step -> inUse.contains(step.file())).toList();
        assertThat(used.lastIndexOf(true)).isLessThan(used.contains(false) ? used.indexOf(false) : steps.size());
        assertNoByteTwice(steps);
    }

    @Property(tries = 500)
    void filesReadAndClosedAreLeftAlone(@ForAll("loads") Situation situation) {
        Set<Object> finished = situation.files().stream()
                .filter(file -> file.opened() && !file.inUse())
                .map(FileView::id)
                .collect(Collectors.toSet());
        assertThat(prefetch(situation.input()).stream().map(Step.OnRange::file)).noneMatch(finished::contains);
    }

    @Property(tries = 200)
    void whatIsBehindTheReaderIsNotReadAgain(@ForAll("loads") Situation situation) {
        Map<Object, FileView> files = situation.files().stream().collect(Collectors.toMap(FileView::id, file -> file));
        for (Step.OnRange step : prefetch(situation.input())) {
            FileView file = files.get(step.file());
            assertThat(step.offsetBytes()).isGreaterThanOrEqualTo(file.inUse() ? file.frontierBytes() : 0);
            assertThat(file.touched()
                            .within(step.offsetBytes(), step.offsetBytes() + step.lengthBytes())
                            .isEmpty())
                    .isTrue();
        }
    }

    @Property(tries = 200)
    void itEvictsEverythingAtTheEnd(@ForAll("loads") Situation situation) {
        PolicyInput ended = situation.withEnded().input();
        assertThat(prefetch(ended)).isEmpty();
        assertThat(evict(ended).stream().map(Step.OnRange::file))
                .containsExactlyElementsOf(
                        situation.files().stream().map(FileView::id).toList());
        assertThat(Guard.check(evict(ended), ended).refused()).isEmpty();
    }

    @Property(tries = 500)
    void itStandsDownForALoaderThatBringsItsPagesItself(@ForAll("loads") Situation situation) {
        assertThat(prefetch(situation.loader(true, false).input())).isEmpty();
        assertThat(prefetch(situation.loader(false, true).input())).isEmpty();
        assertThat(evict(situation.loader(true, false).input())).isEmpty();
        assertThat(evict(situation.loader(true, true).withEnded().input())).hasSameSizeAs(situation.files());
    }

    @Test
    void theShardsAfterTheFurthestOpenedComeNextThenThoseBeforeIt() {
        Situation situation = Situation.of(10, 10, 10, 10, 10).opened(2).window(1000);
        assertThat(shards(prefetch(situation.input()))).containsExactly(2, 3, 4, 0, 1);
    }

    @Test
    void severalReadersAreServedInShardOrderBeforeAnyLookahead() {
        Situation situation =
                Situation.of(10, 10, 10, 10).opened(3).opened(1).frontier(1, 4).window(1000);
        List<Step.OnRange> steps = prefetch(situation.input());
        assertThat(shards(steps)).containsExactly(1, 3, 0, 2);
        assertThat(steps.getFirst().offsetBytes()).isEqualTo(4);
        assertThat(steps.getFirst().reason()).isEqualTo("being read");
        assertThat(steps.getLast().reason()).isEqualTo("lookahead");
    }

    @Test
    void theLastStepIsCutToTheWindow() {
        List<Step.OnRange> steps =
                prefetch(Situation.of(10, 10, 10).opened(0).window(15).input());
        assertThat(steps).extracting(Step.OnRange::lengthBytes).containsExactly(10L, 5L);
    }

    @Test
    void aReaderAtTheEndLeavesTheWholeWindowToTheNextShard() {
        List<Step.OnRange> steps = prefetch(
                Situation.of(10, 10).opened(0).frontier(0, 10).window(10).input());
        assertThat(shards(steps)).containsExactly(1);
    }

    @Test
    void theRuleSaysWhereAndWhetherPagesMove() {
        Situation situation = Situation.of(10).opened(0).window(1000);
        Step.Prefetch plain = (Step.Prefetch) prefetch(situation.input()).getFirst();
        assertThat(plain.node()).isEqualTo(Node.READER);
        assertThat(plain.ifMisplaced()).isEqualTo(Step.IfMisplaced.KEEP);
        for (Map.Entry<String, Node> word : Map.of(
                        "reader", Node.READER,
                        "accelerator", Node.ACCELERATOR,
                        "interleave", Node.INTERLEAVE,
                        "3", new Node.Number(3))
                .entrySet()) {
            Situation placed = situation.arg("node", word.getKey()).arg("misplaced", "move");
            Step.Prefetch step = (Step.Prefetch) prefetch(placed.input()).getFirst();
            assertThat(step.node()).isEqualTo(word.getValue());
            assertThat(step.ifMisplaced()).isEqualTo(Step.IfMisplaced.MOVE);
        }
    }

    @Test
    void lookaheadFilesLimitsTheUnopenedOnes() {
        Situation situation = Situation.of(10, 10, 10, 10).opened(0).window(1000);
        assertThat(shards(prefetch(situation.arg("lookaheadFiles", 2L).input())))
                .containsExactly(0, 1, 2);
        assertThat(shards(prefetch(situation.arg("lookaheadFiles", 0L).input())))
                .containsExactly(0);
    }

    @Test
    void aMountThatDropsPagesAtOpensGetsNoLookahead() {
        Situation situation = Situation.of(10, 10, 10).opened(1).window(1000).withoutKeptPages();
        assertThat(shards(prefetch(situation.input()))).containsExactly(1);
    }

    @Test
    void theWindowIsAQuarterOfAvailableMemoryFrom1To80GiB() {
        Situation situation = Situation.of(1).opened(0);
        assertThat(Lookahead.windowBytes(situation.available(100 * GIB).input()))
                .isEqualTo(25 * GIB);
        assertThat(Lookahead.windowBytes(situation.available(1000 * GIB).input()))
                .isEqualTo(80 * GIB);
        assertThat(Lookahead.windowBytes(
                        situation.available(GIB).window(3 * GIB).input()))
                .isEqualTo(3 * GIB);
        assertThat(Lookahead.windowBytes(situation.available(0).input()))
                .as("the governor says what there is")
                .isEqualTo(GIB);
    }

    private static void assertNoByteTwice(List<Step.OnRange> steps) {
        Map<Object, RangeSet> seen = new HashMap<>();
        for (Step.OnRange step : steps) {
            RangeSet range = RangeSet.between(step.offsetBytes(), step.offsetBytes() + step.lengthBytes());
            RangeSet before = seen.getOrDefault(step.file(), RangeSet.EMPTY);
            assertThat(before.intersect(range).isEmpty()).isTrue();
            seen.put(step.file(), before.union(range));
        }
    }

    private List<Step.OnRange> prefetch(PolicyInput input) {
        return policy.prefetch(input).stream().map(Step.OnRange.class::cast).toList();
    }

    private List<Step.OnRange> evict(PolicyInput input) {
        return policy.evict(input).stream().map(Step.OnRange.class::cast).toList();
    }

    private static List<Integer> shards(List<Step.OnRange> steps) {
        return steps.stream().map(step -> (int) step.file().inode()).toList();
    }

    @Provide
    Arbitrary<Situation> loads() {
        return Situations.any();
    }
}
