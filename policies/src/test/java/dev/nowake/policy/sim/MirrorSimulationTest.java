package dev.nowake.policy.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.policy.Policy;
import dev.nowake.policy.PolicyInput;
import dev.nowake.policy.Step;
import dev.nowake.policy.builtin.MirrorLruPolicy;
import dev.nowake.policy.builtin.NonePolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Loads through a simulated mirror. */
class MirrorSimulationTest {
    private static MirrorResult run(Policy policy, long budget, ModelLoad... loads) {
        return MirrorSimulation.run(List.of(loads), budget, policy, Map.of(), HookCall.DIRECT);
    }

    private static ModelLoad load(String model, long bytes, double at) {
        return new ModelLoad(model, bytes, at, at + 0.5);
    }

    @Test
    void whatIsThereIsNotFetchedAndTheLeastRecentlyLoadedGoes() {
        MirrorResult result = run(
                new MirrorLruPolicy(),
                100,
                load("a", 40, 1),
                load("b", 40, 2),
                load("a", 40, 3),
                load("c", 40, 4), // b goes
                load("a", 40, 5),
                load("b", 40, 6)); // c goes
        assertThat(result.fromDisk()).isEqualTo(2);
        assertThat(result.fetchedBytes()).isEqualTo(160);
        assertThat(result.evictions()).isEqualTo(2);
        assertThat(result.evictedBytes()).isEqualTo(80);
        assertThat(result.withoutRoom()).isZero();
        assertThat(result.loadedBytes()).isEqualTo(240);
        assertThat(result.calls()).isEqualTo(2);
    }

    @Test
    void whatIsOpenStaysAndThenThereMayBeNoRoom() {
        ModelLoad served = new ModelLoad("served", 60, 1, 100);
        assertThat(run(new MirrorLruPolicy(), 100, served, load("a", 40, 2), load("b", 40, 3))
                        .evictions())
                .isEqualTo(1);
        MirrorResult tooLarge = run(new MirrorLruPolicy(), 100, served, load("a", 40, 2), load("b", 50, 3));
        assertThat(tooLarge.withoutRoom()).isEqualTo(1);
        assertThat(tooLarge.evictions()).isZero();
    }

    @Test
    void aModelOfAnotherSizeIsBroughtAnew() {
        MirrorResult result = run(new MirrorLruPolicy(), 100, load("a", 40, 1), load("a", 50, 2), load("a", 50, 3));
        assertThat(result.fromDisk()).isEqualTo(1);
        assertThat(result.fetchedBytes()).isEqualTo(90);
    }

    @Test
    void aPolicyThatFailsOrSaysNothingLeavesNoRoom() {
        assertThat(run(new NonePolicy(), 50, load("a", 40, 1), load("b", 40, 2)).withoutRoom())
                .isEqualTo(1);
        Policy broken = new Policy() {
            @Override
            public String name() {
                return "broken";
            }

            @Override
            public List<Step> evict(PolicyInput input) {
                throw new IllegalStateException("on purpose");
            }
        };
        MirrorResult result = run(broken, 50, load("a", 40, 1), load("b", 40, 2), load("c", 40, 3));
        assertThat(result.failedCalls()).isEqualTo(2);
        assertThat(result.failures()).first().asString().isEqualTo("evict on disk: on purpose");
    }

    @Property(tries = 300)
    void bytesAddUpAndTheBudgetIsKept(
            @ForAll("loads") List<ModelLoad> loads, @ForAll @IntRange(min = 1, max = 200) int budget) {
        MirrorResult result = MirrorSimulation.run(loads, budget, new MirrorLruPolicy(), Map.of(), HookCall.DIRECT);
        assertThat(result.fetchedBytes() - result.evictedBytes()).isBetween(0L, (long) budget);
        assertThat(result.fromDisk() + result.withoutRoom()).isLessThanOrEqualTo(result.loads());
        assertThat(result.refusedSteps()).isZero();
        // nobody has anything open for long: all that is not larger than the budget finds room
        long tooLarge = loads.stream().filter(load -> load.sizeBytes() > budget).count();
        assertThat(result.withoutRoom()).isEqualTo((int) tooLarge);
    }

    @Provide
    Arbitrary<List<ModelLoad>> loads() {
        return Arbitraries.integers().between(0, 7).list().ofMaxSize(40).map(names -> {
            List<ModelLoad> loads = new ArrayList<>();
            for (int name : names) {
                loads.add(load("m" + name, 10 + name * 20L, loads.size()));
            }
            return loads;
        });
    }
}
