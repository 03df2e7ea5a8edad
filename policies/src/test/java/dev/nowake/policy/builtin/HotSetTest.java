package dev.nowake.policy.builtin;

import static dev.nowake.policy.builtin.Scripts.evicted;
import static dev.nowake.policy.builtin.Scripts.input;
import static dev.nowake.policy.builtin.Scripts.kept;
import static dev.nowake.policy.builtin.Scripts.owners;
import static dev.nowake.policy.builtin.Scripts.policy;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.model.FileId;
import dev.nowake.policy.ModelView;
import dev.nowake.policy.PolicyInput;
import dev.nowake.policy.Step;
import dev.nowake.policy.Trigger;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** {@code hot-set}: budget, order, protection. */
class HotSetTest {
    private static final long GIB = Situations.GIB;

    @Property(tries = 300)
    void hotSetKeepsItsBudgetAndNeverEvictsAModelInUse(
            @ForAll("models") List<ModelView> models,
            @ForAll("windows") long budget,
            @ForAll("counts") long count,
            @ForAll("hotTriggers") Trigger trigger) {
        Situation situation = Situation.of()
                .idle()
                .others(Situations.numbered(models))
                .withTrigger(trigger)
                .at(5000, Map.of())
                .arg("budget", budget)
                .arg("models", count);
        PolicyInput input = input("hot-set", situation);
        Set<FileId> gone = evicted(policy("hot-set").evict(input));
        assertThat(owners(input, gone)).noneMatch(ModelView::inUse);
        List<ModelView> left = input.models().stream()
                .filter(model -> model.files().stream().noneMatch(file -> gone.contains(file.id())))
                .toList();
        long unused = left.stream()
                .filter(model -> !model.inUse() && bytes(model) > 0)
                .count();
        long sum = left.stream().mapToLong(HotSetTest::bytes).sum();
        long kept =
                left.stream().filter(model -> model.inUse() || bytes(model) > 0).count();
        assertThat(unused == 0 || (sum <= budget && kept <= count)).isTrue();
    }

    @Test
    void hotSetDropsTheLeastRecentlyUsedAndProtectsAllButTheNextToGo() {
        Situation situation = zoo().withTrigger(Trigger.TICK).idle();
        List<Step> steps = policy("hot-set").evict(input("hot-set", situation));
        assertThat(evicted(steps)).containsExactly(new FileId(2, 0));
        assertThat(kept(steps)).containsExactly(new FileId(2, 3), new FileId(2, 2));
        assertThat(steps)
                .filteredOn(Step.Keep.class::isInstance)
                .allSatisfy(
                        step -> assertThat(((Step.Keep) step).untilSeconds()).isEqualTo(5025));
    }

    @Test
    void hotSetMakesRoomForTheWholeModelThatIsOpened() {
        // 40 GiB of four models within 40; the new one needs 15
        List<Step> steps = policy("hot-set")
                .evict(input(
                        "hot-set",
                        zoo(15 * GIB).opened(0).arg("budget", 40 * GIB).arg("models", 9L)));
        assertThat(evicted(steps)).containsExactlyInAnyOrder(new FileId(2, 0), new FileId(2, 1));
        assertThat(steps)
                .filteredOn(Step.Remember.class::isInstance)
                .singleElement()
                .satisfies(step ->
                        assertThat(((Step.Remember) step).state().toString()).contains("m"));
    }

    @Test
    void hotSetRemembersUsesOverARestart() {
        // the host has seen no use since it was started; the state has
        Situation situation = Situation.of()
                .idle()
                .withTrigger(Trigger.TICK)
                .others(List.of(
                        Situation.other(0, 10 * GIB, 10 * GIB, false, 0),
                        Situation.other(1, 10 * GIB, 10 * GIB, false, 0)))
                .arg("models", 1L)
                .at(5000, Map.of("used", List.of(List.of("other0", 4000), List.of("other1", 3000))));
        assertThat(evicted(policy("hot-set").evict(input("hot-set", situation))))
                .containsExactly(new FileId(2, 1));
    }

    @Test
    void hotSetGivesOneMoreUnderPressure() {
        Situation calm = zoo().arg("models", 9L).idle();
        assertThat(evicted(policy("hot-set").evict(input("hot-set", calm.withTrigger(Trigger.TICK)))))
                .isEmpty();
        assertThat(evicted(policy("hot-set").evict(input("hot-set", calm.withTrigger(Trigger.PRESSURE)))))
                .containsExactly(new FileId(2, 0));
    }

    @Test
    void aModelLargerThanTheBudgetDoesNotDriveOutTheOthers() {
        Situation situation = zoo().idle()
                .withTrigger(Trigger.TICK)
                .arg("models", 9L)
                .others(List.of(
                        Situation.other(0, 10 * GIB, 10 * GIB, false, 100),
                        Situation.other(1, 90 * GIB, 90 * GIB, false, 900)));
        assertThat(evicted(policy("hot-set").evict(input("hot-set", situation.arg("budget", 50 * GIB)))))
                .containsExactly(new FileId(2, 1));
    }

    /** Four models of 10 GiB, the last one used last, beside the load's own. */
    private static Situation zoo(long... loading) {
        return Situation.of(loading)
                .others(List.of(
                        Situation.other(0, 10 * GIB, 10 * GIB, false, 100),
                        Situation.other(1, 10 * GIB, 10 * GIB, false, 200),
                        Situation.other(2, 10 * GIB, 10 * GIB, false, 300),
                        Situation.other(3, 10 * GIB, 10 * GIB, false, 400)))
                .at(5000, Map.of());
    }

    private static long bytes(ModelView model) {
        if (model.inUse()) {
            return Math.max(model.sizeBytes(), model.residentBytes());
        }
        return model.residentBytes() < 0 ? model.lastUsedSeconds() > 0 ? model.sizeBytes() : 0 : model.residentBytes();
    }

    @Provide
    Arbitrary<Long> windows() {
        return Arbitraries.longs().between(1, 200 * GIB);
    }

    @Provide
    Arbitrary<Long> counts() {
        return Arbitraries.longs().between(0, 6);
    }

    @Provide
    Arbitrary<Trigger> hotTriggers() {
        return Arbitraries.of(Trigger.OPEN, Trigger.TICK, Trigger.PRESSURE);
    }

    @Provide
    Arbitrary<List<ModelView>> models() {
        return Situations.others().list().ofMaxSize(8);
    }
}
