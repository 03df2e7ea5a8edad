package dev.nowake.policy.builtin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import dev.nowake.policy.Argument;
import dev.nowake.policy.Policy;
import dev.nowake.policy.Step;
import dev.nowake.policy.Trigger;
import java.util.List;
import org.junit.jupiter.api.Test;

class BuiltinPoliciesTest {
    @Test
    void eachIsFoundByItsName() {
        assertThat(BuiltinPolicies.all())
                .extracting(Policy::name)
                .containsExactlyInAnyOrder(
                        "none", "load-and-release", "whole-file", "interleave", "replay", "mirror-lru");
        for (Policy policy : BuiltinPolicies.all()) {
            assertThat(BuiltinPolicies.named(policy.name())).containsSame(policy);
        }
        assertThat(BuiltinPolicies.named("None")).isEmpty();
        assertThat(BuiltinPolicies.named("")).isEmpty();
    }

    @Test
    void theDefaultPolicyDeclaresItsArguments() {
        Policy policy = BuiltinPolicies.named("load-and-release").orElseThrow();
        assertThat(policy.arguments())
                .containsOnly(
                        entry("window", new Argument.Size(0)),
                        entry("lookaheadFiles", new Argument.Count(Long.MAX_VALUE)),
                        entry(
                                "node",
                                new Argument.Choice(
                                        "reader",
                                        List.of(
                                                "reader",
                                                "accelerator",
                                                "interleave",
                                                "0",
                                                "1",
                                                "2",
                                                "3",
                                                "4",
                                                "5",
                                                "6",
                                                "7"))),
                        entry("misplaced", new Argument.Choice("keep", List.of("keep", "move"))),
                        entry("leftovers", new Argument.Choice("keep", List.of("keep", "evict"))),
                        entry("room", new Argument.Choice("none", List.of("none", "reclaim", "reserve"))),
                        entry("mapped", new Argument.Choice("leave", List.of("leave", "pageout"))));
        assertThat(policy.defaults())
                .containsOnly(
                        entry("window", 0L),
                        entry("lookaheadFiles", Long.MAX_VALUE),
                        entry("node", "reader"),
                        entry("misplaced", "keep"),
                        entry("leftovers", "keep"),
                        entry("room", "none"),
                        entry("mapped", "leave"));
    }

    @Test
    void noneDoesNothingWhateverHappens() {
        NonePolicy none = new NonePolicy();
        for (Trigger trigger : Trigger.values()) {
            Situation situation = Situation.of(10, 10).opened(0).withTrigger(trigger);
            assertThat(none.prefetch(situation.input(0))).isEmpty();
            assertThat(none.evict(situation.withEnded().input())).isEmpty();
        }
        assertThat(none.arguments()).isEmpty();
    }

    @Test
    void wholeFileTakesTheOpenedFileAndNeverGivesBack() {
        WholeFilePolicy whole = new WholeFilePolicy();
        Situation situation = Situation.of(10, 20).opened(1);
        assertThat(whole.prefetch(situation.input(1)))
                .containsExactly(Step.Prefetch.whole(situation.files().get(1).id(), "opened"));
        assertThat(whole.prefetch(situation.input())).isEmpty();
        for (Trigger other : List.of(Trigger.PROGRESS, Trigger.CLOSE, Trigger.TICK)) {
            assertThat(whole.prefetch(situation.withTrigger(other).input(1))).isEmpty();
        }
        assertThat(whole.evict(situation.withEnded().input())).isEmpty();
    }
}
