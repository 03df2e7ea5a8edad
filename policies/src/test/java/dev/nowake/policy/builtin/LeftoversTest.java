package dev.nowake.policy.builtin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.policy.ModelView;
import dev.nowake.policy.PolicyInput;
import dev.nowake.policy.Step;
import dev.nowake.policy.Trigger;
import java.util.List;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** {@code leftovers: evict} of load-and-release: other models' pages that go to make room. */
class LeftoversTest {
    private static final long GIB = Situations.GIB;

    private final LoadAndReleasePolicy policy = new LoadAndReleasePolicy();

    @Property(tries = 500)
    void neverOfAModelInUseNorOfItsOwnNorOfOneNobodyLookedAt(@ForAll("loads") Situation situation) {
        PolicyInput input = situation.withTrigger(Trigger.OPEN).input();
        for (Step.Evict step : leftovers(input)) {
            assertThat(step.file().device()).isEqualTo(2);
            ModelView model = owner(input, step);
            assertThat(model.inUse()).isFalse();
            assertThat(model.residentBytes()).isPositive();
        }
    }

    @Property(tries = 500)
    void noMoreThanIsMissing(@ForAll("loads") Situation situation) {
        PolicyInput input = situation.withTrigger(Trigger.OPEN).input();
        List<Step.Evict> steps = leftovers(input);
        long missing = Room.missingBytes(input.load(), input.host());
        long freed = 0;
        for (Step.Evict step : steps) {
            assertThat(freed).isLessThan(missing);
            freed += owner(input, step).residentBytes();
        }
        assertThat(steps.stream().map(step -> owner(input, step).lastUsedSeconds()))
                .isSorted();
    }

    @Property(tries = 200)
    void nothingWhereTheRuleKeepsThem(@ForAll("loads") Situation situation) {
        assertThat(leftovers(situation
                        .withTrigger(Trigger.OPEN)
                        .arg("leftovers", "keep")
                        .input()))
                .isEmpty();
    }

    @Test
    void leastRecentlyUsedFirstUntilItFits() {
        Situation situation = Situation.of(10 * GIB)
                .opened(0)
                .arg("leftovers", "evict")
                .others(List.of(
                        Situation.other(0, 9 * GIB, 3 * GIB, false, 300),
                        Situation.other(1, 9 * GIB, 3 * GIB, false, 100),
                        Situation.other(2, 9 * GIB, 3 * GIB, true, 50),
                        Situation.other(3, 9 * GIB, 3 * GIB, false, 200)))
                .free(9 * GIB);
        assertThat(leftovers(situation.input()))
                .extracting(step -> step.file().inode())
                .containsExactly(1L, 3L);
        assertThat(leftovers(situation.input())).extracting(Step::reason).contains("leftover of other1, room for m");
        assertThat(leftovers(situation.free(14 * GIB).input())).isEmpty();
        assertThat(leftovers(situation.withTrigger(Trigger.PROGRESS).input())).isEmpty();
        assertThat(leftovers(situation.withTrigger(Trigger.PRESSURE).input())).hasSize(2);
    }

    private List<Step.Evict> leftovers(PolicyInput input) {
        return policy.evict(input).stream()
                .map(Step.Evict.class::cast)
                .filter(step -> step.file().device() == 2)
                .toList();
    }

    private static ModelView owner(PolicyInput input, Step.Evict step) {
        return input.models().stream()
                .filter(model ->
                        model.files().stream().anyMatch(file -> file.id().equals(step.file())))
                .findFirst()
                .orElseThrow();
    }

    @Provide
    Arbitrary<Situation> loads() {
        return Situations.any();
    }
}
