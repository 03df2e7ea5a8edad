package dev.nowake.policy.builtin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.policy.FileView;
import dev.nowake.policy.Guard;
import dev.nowake.policy.PolicyInput;
import dev.nowake.policy.Step;
import dev.nowake.policy.Trigger;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** The default policy's laws, over loads in any state, and its order. */
class LoadAndReleasePolicyTest {
    private static final long GIB = 1L << 30;

    private final LoadAndReleasePolicy policy = new LoadAndReleasePolicy();

    @Property(tries = 500)
    void itNeverPlansMoreThanItsWindow(@ForAll("loads") Situation situation) {
        PolicyInput input = situation.input();
        long planned = 0;
        for (Step.OnRange step : prefetch(input)) {
            assertThat(step.lengthBytes()).isPositive();
            planned += step.lengthBytes();
        }
        assertThat(planned).isLessThanOrEqualTo(LoadAndReleasePolicy.windowBytes(input));
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
    void filesInUseComeFirstAndNoFileTwice(@ForAll("loads") Situation situation) {
        List<Step.OnRange> steps = prefetch(situation.input());
        Set<Object> inUse = situation.files().stream()
                .filter(FileView::inUse)
                .map(FileView::id)
                .collect(Collectors.toSet());
        List<Boolean> used =
                steps.stream().map(step -> inUse.contains(step.file())).toList();
        assertThat(used.lastIndexOf(true)).isLessThan(used.contains(false) ? used.indexOf(false) : steps.size());
        assertThat(steps.stream().map(Step.OnRange::file)).doesNotHaveDuplicates();
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
        }
    }

    @Property(tries = 200)
    void itEvictsEverythingAtTheEndAndNothingBefore(@ForAll("loads") Situation situation) {
        assertThat(evict(situation.input())).isEmpty();
        PolicyInput ended = situation.withEnded().input();
        assertThat(prefetch(ended)).isEmpty();
        assertThat(evict(ended).stream().map(Step.OnRange::file))
                .containsExactlyElementsOf(
                        situation.files().stream().map(FileView::id).toList());
        assertThat(Guard.check(evict(ended), ended).refused()).isEmpty();
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
    void theWindowIsAQuarterOfAvailableMemoryAndAtMost80GiB() {
        Situation situation = Situation.of(1).opened(0);
        assertThat(LoadAndReleasePolicy.windowBytes(
                        situation.available(100 * GIB).input()))
                .isEqualTo(25 * GIB);
        assertThat(LoadAndReleasePolicy.windowBytes(
                        situation.available(1000 * GIB).input()))
                .isEqualTo(80 * GIB);
        assertThat(LoadAndReleasePolicy.windowBytes(
                        situation.available(GIB).window(3 * GIB).input()))
                .isEqualTo(3 * GIB);
        assertThat(prefetch(situation.available(0).input())).isEmpty();
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
        Arbitrary<FileView> files = Combinators.combine(
                        Arbitraries.longs().between(0, 40 * GIB),
                        Arbitraries.of(0, 1, 2),
                        Arbitraries.doubles().between(0, 1))
                .as((size, state, read) -> Situation.file(0, size, state > 0, state == 2, (long) (size * read)));
        Arbitrary<Map<String, Object>> args = Combinators.combine(
                        Arbitraries.longs().between(0, 100 * GIB).injectNull(0.3),
                        Arbitraries.longs().between(0, 6).injectNull(0.3))
                .as(Situation::args);
        return Combinators.combine(
                        files.list().ofMaxSize(6),
                        args,
                        Arbitraries.longs().between(0, 1000 * GIB),
                        Arbitraries.of(true, false),
                        Arbitraries.of(Trigger.class))
                .as(Situation::new);
    }
}
