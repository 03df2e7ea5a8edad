package dev.nowake.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.model.FileId;
import dev.nowake.model.Format;
import dev.nowake.model.Model;
import dev.nowake.model.RangeSet;
import dev.nowake.model.Shard;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** Whatever a policy returns, nothing outside the model's files comes through. */
class GuardTest {
    private static final FileId FOREIGN = new FileId(9, 99);

    @Property(tries = 500)
    void nothingOutsideTheModelIsAccepted(@ForAll("models") Model model, @ForAll("plans") List<Step> steps) {
        Guard.Verdict verdict = Guard.check(steps, input(model));
        for (Guard.Checked checked : verdict.accepted()) {
            Shard shard = model.shards().stream()
                    .filter(own -> own.id().equals(checked.file()))
                    .findFirst()
                    .orElseThrow();
            assertThat(checked.step().file()).isEqualTo(checked.file());
            RangeSet file = RangeSet.between(0, shard.sizeBytes());
            assertThat(checked.range().isEmpty()).isFalse();
            assertThat(checked.range().minus(file).isEmpty()).isTrue();
            assertThat(checked.range().ranges().getFirst().start())
                    .isEqualTo(checked.step().offsetBytes());
        }
        assertThat(verdict.accepted().size() + verdict.refused().size()).isLessThanOrEqualTo(steps.size());
    }

    @Property(tries = 500)
    void aStepThatFitsComesThroughWhole(@ForAll("models") Model model, @ForAll("fractions") double[] cut) {
        for (Shard shard : model.shards()) {
            long offset = (long) (cut[0] * shard.sizeBytes());
            long length = (long) (cut[1] * (shard.sizeBytes() - offset));
            Guard.Verdict verdict = Guard.check(List.of(new Step.Evict(shard.id(), offset, length, "")), input(model));
            assertThat(verdict.refused()).isEmpty();
            RangeSet expected = RangeSet.between(offset, offset + length);
            List<RangeSet> ranges =
                    verdict.accepted().stream().map(Guard.Checked::range).toList();
            assertThat(ranges).isEqualTo(expected.isEmpty() ? List.of() : List.of(expected));
        }
    }

    @Test
    void orderIsKeptAndWholeMeansToTheEnd() {
        Model model = model(100, 50);
        Step second = Step.Prefetch.whole(id(1), "second");
        Step first = new Step.Prefetch(id(0), 40, Step.WHOLE, "tail");
        Guard.Verdict verdict = Guard.check(List.of(second, first), input(model));
        assertThat(verdict.accepted().stream().map(Guard.Checked::range))
                .containsExactly(RangeSet.between(0, 50), RangeSet.between(40, 100));
    }

    @Test
    void whatIsRefusedSaysWhy() {
        List<Step> steps = new ArrayList<>(Arrays.asList(
                null,
                Step.Evict.whole(FOREIGN, ""),
                Step.Evict.whole(null, ""),
                new Step.Prefetch(id(0), -1, 5, ""),
                new Step.Prefetch(id(0), 0, -2, ""),
                new Step.Prefetch(id(0), 101, 1, "")));
        Guard.Verdict verdict = Guard.check(steps, input(model(100)));
        assertThat(verdict.accepted()).isEmpty();
        assertThat(verdict.refused())
                .containsExactly(
                        "a step is null",
                        "step names a file outside the roots",
                        "step names a file outside the roots",
                        "step has a negative offset -1",
                        "step has a negative length -2",
                        "step begins at 101, beyond the file's end at 100");
    }

    @Test
    void lengthsThatWouldOverflowAreCut() {
        Step step = new Step.Prefetch(id(0), 99, Long.MAX_VALUE, "");
        assertThat(Guard.check(List.of(step), input(model(100)))
                        .accepted()
                        .getFirst()
                        .range())
                .isEqualTo(RangeSet.between(99, 100));
    }

    @Test
    void anEmptyFileHasNothingToDoAndNothingToRefuse() {
        Guard.Verdict verdict = Guard.check(List.of(Step.Evict.whole(id(0), "")), input(model(0)));
        assertThat(verdict.accepted()).isEmpty();
        assertThat(verdict.refused()).isEmpty();
    }

    @Test
    void aPlanOfTooManyStepsIsRefusedAsAWhole() {
        Step step = Step.Evict.whole(id(0), "");
        Model model = model(100);
        assertThat(Guard.check(Collections.nCopies(Guard.MAX_STEPS, step), input(model))
                        .accepted())
                .hasSize(Guard.MAX_STEPS);
        Guard.Verdict verdict = Guard.check(Collections.nCopies(Guard.MAX_STEPS + 1, step), input(model));
        assertThat(verdict.accepted()).isEmpty();
        assertThat(verdict.refused()).singleElement().asString().contains("100001 steps");
    }

    @Test
    void filesOfOtherModelsAreEvictedAndKeptButNeverPrefetched() {
        FileId other = new FileId(1, 50);
        ModelView view =
                new ModelView("other", Format.GGUF, 70, -1, false, 0, List.of(new ModelView.ModelFile(other, 70, -1)));
        PolicyInput plain = input(model(100));
        PolicyInput input = new PolicyInput(
                Trigger.OPEN,
                null,
                null,
                plain.model(),
                Layouts.NONE,
                null,
                List.of(view),
                plain.host(),
                0,
                Map.of(),
                Map.of());
        Guard.Verdict verdict = Guard.check(
                List.of(
                        Step.Prefetch.whole(other, ""),
                        Step.Evict.whole(other, ""),
                        new Step.Keep(other, 0, 1000, Step.Hold.OPEN, 0, ""),
                        new Step.Remember(Map.of("seen", 1), "")),
                input);
        assertThat(verdict.refused()).containsExactly("step names a file outside the model");
        assertThat(verdict.accepted().stream().map(Guard.Checked::range))
                .containsExactly(RangeSet.between(0, 70), RangeSet.between(0, 70));
        assertThat(verdict.state()).isEqualTo(Map.of("seen", 1));
    }

    @Test
    void compactionIsOfNodesThatAreThere() {
        List<NodeView> nodes = List.of(new NodeView(0, 9, 9, 9, 0), new NodeView(2, 9, 9, 9, 0));
        PolicyInput plain = input(model(100));
        HostView host = new HostView(18, 18, 18, 18, PressureView.NONE, nodes, true);
        PolicyInput input = new PolicyInput(Trigger.OPEN, null, plain.model(), null, host, Map.of());
        List<Step> steps = List.of(
                new Step.Compact(2, "a"),
                new Step.Compact(1, "b"),
                new Step.Compact(Step.Compact.ALL_NODES, "c"),
                new Step.Compact(2, "d"),
                new Step.Compact(-2, "e"));
        Guard.Verdict verdict = Guard.check(steps, input);
        assertThat(verdict.compactions())
                .containsExactly(new Step.Compact(2, "a"), new Step.Compact(Step.Compact.ALL_NODES, "c"));
        assertThat(verdict.refused())
                .containsExactly(
                        "step names NUMA node 1, which is not there", "step names NUMA node -2, which is not there");
        assertThat(verdict.accepted()).isEmpty();
    }

    private static PolicyInput input(Model model) {
        return new PolicyInput(Trigger.OPEN, null, model, null, new HostView(1, 1, 1), Map.of());
    }

    private static FileId id(int shard) {
        return new FileId(1, shard);
    }

    private static Model model(long... sizes) {
        List<Shard> shards = new ArrayList<>();
        for (long size : sizes) {
            shards.add(new Shard(id(shards.size()), shards.size(), "shard", size));
        }
        return new Model("m", Format.SAFETENSORS, shards);
    }

    @Provide
    Arbitrary<Model> models() {
        return Arbitraries.longs()
                .between(0, 1L << 50)
                .array(long[].class)
                .ofMaxSize(5)
                .map(GuardTest::model);
    }

    @Provide
    Arbitrary<double[]> fractions() {
        return Arbitraries.doubles().between(0, 1).array(double[].class).ofSize(2);
    }

    @Provide
    Arbitrary<List<Step>> plans() {
        Arbitrary<FileId> files = Arbitraries.integers()
                .between(0, 6)
                .map(GuardTest::id)
                .edgeCases(edges -> edges.add(FOREIGN))
                .injectNull(0.05);
        Arbitrary<Long> numbers = Arbitraries.oneOf(
                Arbitraries.longs(),
                Arbitraries.longs().between(-2, 1L << 51),
                Arbitraries.of(-1L, 0L, Long.MAX_VALUE, Long.MIN_VALUE));
        Arbitrary<Step> steps = Combinators.combine(files, numbers, numbers, Arbitraries.of(true, false))
                .as((file, offset, length, evict) -> evict
                        ? new Step.Evict(file, offset, length, "any")
                        : new Step.Prefetch(file, offset, length, "any"));
        return steps.injectNull(0.05).list().ofMaxSize(30);
    }
}
