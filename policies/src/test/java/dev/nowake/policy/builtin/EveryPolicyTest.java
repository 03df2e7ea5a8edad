package dev.nowake.policy.builtin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.policy.Guard;
import dev.nowake.policy.Hook;
import dev.nowake.policy.Node;
import dev.nowake.policy.Policy;
import dev.nowake.policy.PolicyInput;
import dev.nowake.policy.Step;
import dev.nowake.policy.Trigger;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** Laws that hold for every shipped policy in Java. */
class EveryPolicyTest {
    private static final TraceSource TRACE = path -> Optional.of(List.of(
            new ReplayStep("shard1", 0, 5, 0),
            new ReplayStep("shard0", 8, Long.MAX_VALUE - 8, -1),
            new ReplayStep("elsewhere", 0, 10, 0)));

    @Property(tries = 300)
    void theGuardHasNothingToSayAgainstIt(
            @ForAll("policies") Policy policy, @ForAll("loads") Situation situation, @ForAll boolean ended) {
        PolicyInput input = (ended ? situation.withEnded() : situation).input();
        for (Hook hook : Hook.values()) {
            List<Step> steps = hook.call(policy, input);
            Guard.Verdict verdict = Guard.check(steps, input);
            assertThat(verdict.refused()).isEmpty();
            assertThat(steps).allSatisfy(step -> assertThat(step.reason()).isNotBlank());
        }
    }

    @Property(tries = 300)
    void noPolicyPrefetchesMoreThanItsWindow(@ForAll("policies") Policy policy, @ForAll("loads") Situation situation) {
        PolicyInput input = situation.input();
        long planned = 0;
        if (!policy.arguments().containsKey("window")) {
            return;
        }
        for (Step step : policy.prefetch(input)) {
            planned += ((Step.Prefetch) step).lengthBytes();
        }
        assertThat(planned).isLessThanOrEqualTo(Lookahead.windowBytes(input));
    }

    @Property(tries = 100)
    void anIdleHostIsNoReasonToDoAnything(
            @ForAll("policies") Policy policy, @ForAll("loads") Situation situation, @ForAll Trigger trigger) {
        PolicyInput input = situation.withTrigger(trigger).idle().input();
        assertThat(policy.prefetch(input)).isEmpty();
        assertThat(policy.evict(input)).isEmpty();
    }

    /** The host asks about a file written with a load that is over. */
    @Property(tries = 100)
    void whatAWriterBroughtInStays(@ForAll("policies") Policy policy, @ForAll("loads") Situation situation) {
        PolicyInput written = situation.withEnded().withTrigger(Trigger.WRITTEN).input();
        assertThat(policy.evict(written)).isEmpty();
        assertThat(Scripts.policy("uma-guard")
                        .evict(written.withArgs(Scripts.policy("uma-guard").defaults())))
                .isEmpty();
    }

    @Property(tries = 300)
    void interleaveSpreadsAndNeverTakesFromAReader(@ForAll("loads") Situation situation) {
        InterleavePolicy interleave = new InterleavePolicy();
        assertThat(interleave.evict(situation.input())).isEmpty();
        assertThat(interleave.prefetch(situation.input()))
                .allSatisfy(step -> assertThat(((Step.Prefetch) step).node()).isEqualTo(Node.INTERLEAVE));
        assertThat(interleave.evict(situation.arg("release", false).withEnded().input()))
                .isEmpty();
        assertThat(interleave.evict(situation.arg("release", true).withEnded().input()))
                .hasSameSizeAs(situation.files());
    }

    @Test
    void eachSaysWhatItIsForAndTakesItsOwnStandards() {
        for (Policy policy : BuiltinPolicies.all()) {
            assertThat(policy.description()).isNotBlank().doesNotContain("\n");
            assertThat(policy.name()).matches("[a-z0-9-]{1,64}");
            Map<String, Object> args = policy.defaults();
            Situation situation = Situation.of(10, 10).opened(0);
            for (Map.Entry<String, Object> arg : args.entrySet()) {
                situation = situation.arg(arg.getKey(), arg.getValue());
            }
            policy.prefetch(situation.input());
            policy.evict(situation.withEnded().input());
        }
    }

    @Provide
    Arbitrary<Policy> policies() {
        return Arbitraries.of(BuiltinPolicies.with(TRACE));
    }

    @Provide
    Arbitrary<Situation> loads() {
        return Situations.any();
    }
}
