package dev.nowake.policy.builtin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.model.ByteRange;
import dev.nowake.model.FileId;
import dev.nowake.model.RangeSet;
import dev.nowake.model.Tensor;
import dev.nowake.policy.FileView;
import dev.nowake.policy.PolicyInput;
import dev.nowake.policy.Step;
import dev.nowake.policy.Trigger;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** What load-and-release drops while somebody still reads. */
class DropBehindTest {
    private static final long MIB = 1L << 20;
    private static final long GIB = Situations.GIB;

    private final LoadAndReleasePolicy policy = new LoadAndReleasePolicy();

    @Property(tries = 500)
    void onlyWhatEveryReaderHasReadAndWasNotThereBefore(@ForAll("loads") Situation situation) {
        PolicyInput input = situation.withTrigger(Trigger.PRESSURE).input();
        for (Step.Evict step : behind(input)) {
            FileView file = situation.files().get((int) step.file().inode());
            RangeSet range = range(step);
            assertThat(file.opened()).isTrue();
            assertThat(range.minus(file.touched()).isEmpty()).isTrue();
            assertThat(range.intersect(file.residentBefore()).isEmpty()).isTrue();
            assertThat(step.ifMapped()).isEqualTo(Step.IfMapped.LEAVE);
        }
    }

    @Property(tries = 500)
    void noTensorIsCutInTwoUnderAReaderThatJumps(@ForAll("loads") Situation situation) {
        PolicyInput input = situation.withTrigger(Trigger.PRESSURE).input();
        List<Step.Evict> steps = behind(input);
        for (FileView file : situation.files()) {
            if (!file.inUse() || file.frontierBytes() > 0) {
                continue;
            }
            RangeSet gone = RangeSet.ofAll(steps.stream()
                            .filter(step -> step.file().equals(file.id()))
                            .flatMap(step -> range(step).ranges().stream())
                            .toList())
                    .union(file.residentBefore());
            for (Tensor tensor : input.layouts().of(file.id()).tensors()) {
                ByteRange bytes = tensor.bytes();
                RangeSet left = RangeSet.of(bytes).minus(gone);
                boolean touched = RangeSet.of(bytes).minus(file.touched()).isEmpty();
                if (!left.isEmpty()) {
                    // nothing of it but what was there before is missing
                    assertThat(left.union(file.residentBefore().within(bytes.start(), bytes.end())))
                            .isEqualTo(RangeSet.of(bytes));
                } else {
                    assertThat(touched
                                    || RangeSet.of(bytes)
                                            .minus(file.residentBefore())
                                            .isEmpty())
                            .isTrue();
                }
            }
        }
    }

    @Property(tries = 300)
    void inCalmTimesOnlyWhereTheRestDoesNotFit(@ForAll("loads") Situation situation) {
        PolicyInput input = situation.withTrigger(Trigger.PROGRESS).input();
        if (Room.missingBytes(input.load(), input.host()) == 0) {
            assertThat(policy.evict(input)).isEmpty();
        }
        for (Trigger other : List.of(Trigger.TICK, Trigger.MISS, Trigger.WRITTEN)) {
            assertThat(policy.evict(situation.withTrigger(other).input())).isEmpty();
        }
    }

    @Test
    void aSequentialReadersPrefixGoesUpToTheMargin() {
        Situation situation = Situation.of(8 * GIB).frontier(0, GIB).free(2 * GIB);
        assertThat(policy.evict(situation.withTrigger(Trigger.PROGRESS).input()))
                .containsExactly(new Step.Evict(
                        id(situation), 16 * MIB, GIB - 16 * MIB - margin(situation), "read by all, memory is short"));
        assertThat(policy.evict(
                        situation.withTrigger(Trigger.PROGRESS).free(12 * GIB).input()))
                .isEmpty();
    }

    @Test
    void theMarginIsTheSlowestReaders() {
        FileView file = Situation.file(0, 8 * GIB, true, true, 4 * GIB, RangeSet.between(0, GIB), RangeSet.EMPTY);
        Situation situation = Situation.of(8 * GIB).with(file).withTrigger(Trigger.PRESSURE);
        assertThat(policy.evict(situation.input()))
                .containsExactly(new Step.Evict(
                        id(situation), 16 * MIB, GIB - 16 * MIB - margin(situation), "read by all, memory is short"));
    }

    @Test
    void theHeaderStaysWhileAnybodyHasTheFile() {
        Situation situation = Situation.of(8 * GIB)
                .frontier(0, 2 * GIB)
                .tensors(0, 5 * MIB, GIB, GIB + 5 * MIB, GIB)
                .withTrigger(Trigger.PRESSURE);
        assertThat(behind(situation.input()))
                .extracting(DropBehindTest::range)
                .containsExactly(RangeSet.between(5 * MIB, 2 * GIB - margin(situation)));
    }

    @Test
    void mappedPagesAreTakenOnlyWhereTheRuleSaysSo() {
        Situation situation = Situation.of(8 * GIB).frontier(0, GIB).withTrigger(Trigger.PRESSURE);
        PolicyInput input = situation.input();
        assertThat(behind(input)).extracting(Step.Evict::ifMapped).containsExactly(Step.IfMapped.LEAVE);
        assertThat(behind(input.withArgs(Map.of("mapped", "pageout"))))
                .extracting(Step.Evict::ifMapped)
                .containsExactly(Step.IfMapped.PAGEOUT);
        assertThat(behind(input.withArgs(Map.of("mapped", "leave"))))
                .extracting(Step.Evict::ifMapped)
                .containsExactly(Step.IfMapped.LEAVE);
    }

    @Test
    void behindOneThatGoesFromStartToEndThePrefixGrows() {
        Situation situation = Situation.of(8 * GIB)
                .frontier(0, 2 * GIB)
                .tensors(0, 0, GIB, GIB, GIB)
                .withTrigger(Trigger.PRESSURE);
        assertThat(behind(situation.input()))
                .singleElement()
                .satisfies(step -> assertThat(range(step)).isEqualTo(RangeSet.between(0, 2 * GIB - margin(situation))));
    }

    private static long margin(Situation situation) {
        return DropBehind.marginBytes(Lookahead.windowBytes(situation.input()));
    }

    @Test
    void aJumpingReadersFileIsLeftAloneUntilTensorsAreKnown() {
        FileView file = Situation.file(0, 8 * GIB, true, true, 0, RangeSet.between(GIB, 4 * GIB), RangeSet.EMPTY);
        Situation situation = Situation.of(8 * GIB).with(file).withTrigger(Trigger.PRESSURE);
        assertThat(policy.evict(situation.input())).isEmpty();
        assertThat(behind(situation.tensors(0, GIB / 2, GIB, GIB, 2 * GIB).input()))
                .extracting(DropBehindTest::range)
                .containsExactly(RangeSet.between(GIB + GIB / 2, GIB * 5 / 2));
    }

    @Test
    void aShardReadAndClosedGoesAsFarAsItWasRead() {
        Situation situation = Situation.of(GIB, GIB).closed(0, GIB).opened(1).withTrigger(Trigger.PRESSURE);
        assertThat(behind(situation.input()))
                .singleElement()
                .satisfies(step -> assertThat(range(step)).isEqualTo(RangeSet.between(0, GIB)));
    }

    private List<Step.Evict> behind(PolicyInput input) {
        return policy.evict(input).stream()
                .map(Step.Evict.class::cast)
                .filter(step -> step.file().device() == 1)
                .toList();
    }

    private static FileId id(Situation situation) {
        return situation.files().getFirst().id();
    }

    private static RangeSet range(Step.Evict step) {
        return RangeSet.between(step.offsetBytes(), step.offsetBytes() + step.lengthBytes());
    }

    @Provide
    Arbitrary<Situation> loads() {
        return Situations.any();
    }
}
