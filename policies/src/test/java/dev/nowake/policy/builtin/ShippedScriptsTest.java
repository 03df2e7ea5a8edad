package dev.nowake.policy.builtin;

import static dev.nowake.policy.builtin.Scripts.evicted;
import static dev.nowake.policy.builtin.Scripts.input;
import static dev.nowake.policy.builtin.Scripts.owners;
import static dev.nowake.policy.builtin.Scripts.policy;
import static dev.nowake.policy.builtin.Scripts.withArgs;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import dev.nowake.model.FileId;
import dev.nowake.policy.Argument;
import dev.nowake.policy.Guard;
import dev.nowake.policy.Hook;
import dev.nowake.policy.ModelView;
import dev.nowake.policy.Policy;
import dev.nowake.policy.PolicyInput;
import dev.nowake.policy.Step;
import dev.nowake.policy.Trigger;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** What holds for every policy that ships in JavaScript, and the one that is too small for a test of its own. */
class ShippedScriptsTest {
    private static final long MIB = 1L << 20;
    private static final long GIB = Situations.GIB;

    @Test
    void eachSaysWhatItIsForUnderItsOwnName() {
        for (String name : ShippedScripts.NAMES) {
            assertThat(policy(name).name()).isEqualTo(name);
            assertThat(policy(name).description()).isNotBlank().doesNotContain("\n");
            assertThat(BuiltinPolicies.named(name)).isEmpty();
        }
        assertThat(policy("hot-set").arguments())
                .containsOnly(entry("budget", new Argument.Size(0)), entry("models", new Argument.Count(3)));
        assertThat(policy("uma-guard").arguments())
                .containsOnly(
                        entry("window", new Argument.Size(2 * GIB)),
                        entry("floor", new Argument.Size(4 * GIB)),
                        entry("blocks", new Argument.Size(2 * GIB)),
                        entry("settleSeconds", new Argument.Count(60)),
                        entry("leftovers", new Argument.Choice("evict", List.of("keep", "evict"))),
                        entry("room", new Argument.Choice("none", List.of("none", "reclaim", "reserve"))));
        assertThat(policy("write-through").arguments()).containsOnly(entry("minSize", new Argument.Size(64 * MIB)));
        assertThatThrownBy(() -> ShippedScripts.source("../secret")).isInstanceOf(IllegalArgumentException.class);
    }

    @Property(tries = 150)
    void theGuardHasNothingToSayAgainstIt(
            @ForAll("names") String name, @ForAll("loads") Situation situation, @ForAll boolean ended) {
        PolicyInput input = input(name, ended ? situation.withEnded() : situation);
        for (Hook hook : Hook.values()) {
            List<Step> steps = hook.call(policy(name), input);
            assertThat(Guard.check(steps, input).refused()).isEmpty();
            assertThat(steps).allSatisfy(step -> assertThat(step.reason()).isNotBlank());
        }
    }

    @Property(tries = 100)
    void anIdleHostPrefetchesNothingAndEvictsNothingInUse(
            @ForAll("names") String name, @ForAll("loads") Situation situation, @ForAll Trigger trigger) {
        PolicyInput input = input(name, situation.withTrigger(trigger).idle());
        assertThat(policy(name).prefetch(input)).isEmpty();
        assertThat(owners(input, evicted(policy(name).evict(input)))).noneMatch(ModelView::inUse);
    }

    @Test
    void scriptsStandDownForALoaderThatBringsItsPagesItself() {
        for (String name : List.of("hot-set", "uma-guard")) {
            Situation situation = Situation.of(GIB).opened(0);
            assertThat(policy(name).prefetch(input(name, situation))).isNotEmpty();
            assertThat(policy(name).prefetch(input(name, situation.loader(true, false))))
                    .isEmpty();
            assertThat(policy(name).prefetch(input(name, situation.loader(false, true))))
                    .isEmpty();
            assertThat(policy(name).prefetch(input(name, situation.withEnded())))
                    .isEmpty();
        }
    }

    @Test
    void writeThroughTakesWhatWasWrittenAndNobodyReads() {
        Situation situation = Situation.of(GIB, GIB, MIB).opened(1).withTrigger(Trigger.WRITTEN);
        Policy through = policy("write-through");
        assertThat(through.evict(withArgs("write-through", situation, 0)))
                .containsExactly(new Step.Evict(
                        new FileId(1, 0), 0, Step.WHOLE, Step.IfMapped.LEAVE, true, "written, and nobody reads it"));
        assertThat(through.evict(withArgs("write-through", situation, 1))).isEmpty();
        assertThat(through.evict(withArgs("write-through", situation, 2))).isEmpty();
        assertThat(through.evict(withArgs("write-through", situation.withTrigger(Trigger.CLOSE), 0)))
                .isEmpty();
        assertThat(through.prefetch(withArgs("write-through", situation, 0))).isEmpty();
    }

    @Provide
    Arbitrary<String> names() {
        return Arbitraries.of(ShippedScripts.NAMES);
    }

    @Provide
    Arbitrary<Situation> loads() {
        return Situations.any();
    }
}
