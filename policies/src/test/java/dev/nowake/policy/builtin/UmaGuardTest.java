package dev.nowake.policy.builtin;

import static dev.nowake.policy.builtin.Scripts.evicted;
import static dev.nowake.policy.builtin.Scripts.input;
import static dev.nowake.policy.builtin.Scripts.owners;
import static dev.nowake.policy.builtin.Scripts.policy;
import static dev.nowake.policy.builtin.Scripts.withArgs;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.model.ByteRange;
import dev.nowake.model.FileId;
import dev.nowake.model.RangeSet;
import dev.nowake.policy.FileView;
import dev.nowake.policy.ModelView;
import dev.nowake.policy.Policy;
import dev.nowake.policy.PolicyInput;
import dev.nowake.policy.Step;
import dev.nowake.policy.Trigger;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** {@code uma-guard}: a tight window, and little behind it. */
class UmaGuardTest {
    private static final long MIB = 1L << 20;
    private static final long GIB = Situations.GIB;

    @Property(tries = 150)
    void noMoreThanTheWindowAndNeverWhatWasRead(@ForAll("loads") Situation situation, @ForAll("windows") long window) {
        PolicyInput input = input("uma-guard", situation.window(window));
        long planned = 0;
        for (Step step : policy("uma-guard").prefetch(input)) {
            Step.Prefetch prefetch = (Step.Prefetch) step;
            planned += prefetch.lengthBytes();
            FileView file = situation.files().get((int) prefetch.file().inode());
            assertThat(file.touched()
                            .within(prefetch.offsetBytes(), prefetch.offsetBytes() + prefetch.lengthBytes())
                            .isEmpty())
                    .isTrue();
        }
        assertThat(planned).isLessThanOrEqualTo(window);
    }

    @Test
    void aReaderThatLeavesThousandsOfHolesIsServedALittleAtATime() {
        List<ByteRange> touched = new ArrayList<>();
        for (int i = 0; i < 5000; i++) {
            touched.add(ByteRange.ofLength(2 * i * MIB, MIB));
        }
        FileView file = Situation.file(0, 20 * GIB, true, true, 0, RangeSet.ofAll(touched), RangeSet.EMPTY);
        List<Step> steps = policy("uma-guard")
                .prefetch(input("uma-guard", Situation.of(20 * GIB).with(file).window(20 * GIB)));
        assertThat(steps).hasSize(255);
        assertThat(steps)
                .allSatisfy(
                        step -> assertThat(((Step.Prefetch) step).lengthBytes()).isEqualTo(MIB));
    }

    @Property(tries = 150)
    void umaGuardDropsUnderAReaderOnlyWhatAllHaveRead(@ForAll("loads") Situation situation) {
        PolicyInput input = input("uma-guard", situation);
        for (Step step : policy("uma-guard").evict(input)) {
            if (step instanceof Step.Evict evict && evict.file().device() == 1) {
                FileView file = situation.files().get((int) evict.file().inode());
                RangeSet range = RangeSet.between(evict.offsetBytes(), evict.offsetBytes() + evict.lengthBytes());
                assertThat(range.minus(file.touched()).isEmpty()).isTrue();
            }
        }
        assertThat(owners(input, evicted(policy("uma-guard").evict(input)))).noneMatch(ModelView::inUse);
    }

    @Test
    void umaGuardClearsOthersBeforeALoadAndItselfBehindTheReader() {
        Situation situation = Situation.of(GIB, GIB)
                .frontier(0, 512 * MIB)
                .others(List.of(
                        Situation.other(0, GIB, GIB, false, 100),
                        Situation.other(1, GIB, GIB, true, 100),
                        Situation.other(2, GIB, 0, false, 100),
                        Situation.other(3, GIB, -1, false, 100)));
        Policy uma = policy("uma-guard");
        assertThat(evicted(uma.evict(input("uma-guard", situation))))
                .containsExactly(new FileId(2, 0), new FileId(2, 3));
        assertThat(evictions(input("uma-guard", situation.withTrigger(Trigger.PROGRESS))))
                .containsExactly(new Step.Evict(new FileId(1, 0), 16 * MIB, 432 * MIB, "read by all"));
        assertThat(evicted(uma.evict(input("uma-guard", situation.withTrigger(Trigger.PRESSURE)))))
                .containsExactlyInAnyOrder(new FileId(1, 0), new FileId(2, 0), new FileId(2, 3));
        assertThat(evicted(uma.evict(input("uma-guard", situation.withEnded()))))
                .containsExactly(new FileId(1, 0), new FileId(1, 1));
        Situation closed = situation.closed(0, GIB).opened(1).withTrigger(Trigger.CLOSE);
        assertThat(evictions(withArgs("uma-guard", closed, 0)))
                .containsExactly(new Step.Evict(new FileId(1, 0), 0, GIB, "shard closed"));
        assertThat(evictions(withArgs("uma-guard", closed, 1))).isEmpty();
    }

    @Test
    void leftoversStayWhereTheRuleKeepsThem() {
        Situation situation = Situation.of(GIB)
                .opened(0)
                .others(List.of(Situation.other(0, GIB, GIB, false, 100)))
                .free(0);
        for (Trigger trigger : Trigger.values()) {
            assertThat(evictions(
                            input("uma-guard", situation.withTrigger(trigger).arg("leftovers", "keep"))))
                    .noneMatch(step -> step.file().device() == 2);
        }
        assertThat(evictions(input("uma-guard", situation.withTrigger(Trigger.OPEN))))
                .hasSize(1);
    }

    private static List<Step.Evict> evictions(PolicyInput input) {
        return policy("uma-guard").evict(input).stream()
                .filter(Step.Evict.class::isInstance)
                .map(Step.Evict.class::cast)
                .toList();
    }

    @Provide
    Arbitrary<Long> windows() {
        return Arbitraries.longs().between(1, 200 * GIB);
    }

    @Provide
    Arbitrary<Situation> loads() {
        return Situations.any();
    }
}
