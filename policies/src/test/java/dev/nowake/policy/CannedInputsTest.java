package dev.nowake.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.policy.CannedInputs.Canned;
import dev.nowake.policy.builtin.NonePolicy;
import dev.nowake.policy.builtin.WholeFilePolicy;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Whether the inputs a policy is tried on are those it can meet. */
class CannedInputsTest {
    private final List<Canned> all = CannedInputs.all(Map.of("window", 1L));

    @Test
    void everyTriggerIsThereWithAndWithoutALoad() {
        assertThat(all).extracting(canned -> canned.input().trigger()).contains(Trigger.values());
        assertThat(all).extracting(Canned::label).doesNotHaveDuplicates();
        for (Trigger trigger : List.of(Trigger.TICK, Trigger.PRESSURE, Trigger.WRITTEN)) {
            assertThat(all.stream()
                            .map(Canned::input)
                            .filter(input -> input.trigger() == trigger)
                            .map(input -> input.load() == null))
                    .containsExactlyInAnyOrder(true, false);
        }
    }

    @Test
    void theyKeepWhatTheInterfacePromises() {
        assertThat(all).extracting(Canned::input).allSatisfy(input -> {
            assertThat(input.load() == null).isEqualTo(input.model() == null);
            assertThat(input.range() != null).isEqualTo(input.trigger() == Trigger.MISS);
            assertThat(input.args()).containsEntry("window", 1L);
            if (input.trigger() == Trigger.TICK || input.trigger() == Trigger.PRESSURE) {
                assertThat(input.file()).isNull();
            }
            assertThat(input.mirror() != null).isEqualTo(input.trigger() == Trigger.DISK);
            if (input.mirror() != null) {
                assertThat(input.file()).isNull();
                assertThat(input.model()).isNull();
                assertThat(input.models()).isEmpty();
                assertThat(input.mirror().excessBytes()).isPositive();
            }
        });
    }

    @Test
    void oneByItselfHasAsManyShardsAsAskedFor() {
        PolicyInput input = CannedInputs.reading(Trigger.MISS, 100, Map.of());
        assertThat(input.model().shards()).hasSize(100);
        assertThat(input.load().files()).hasSize(100);
        assertThat(input.file()).isSameAs(input.load().files().get(1));
        assertThat(input.range()).isNotNull();
        assertThat(input.host().nodes()).isNotEmpty();
    }

    @Test
    void thePolicyThatTakesAnyInputPassesTheGuardOnAll() {
        for (Policy policy : List.of(new NonePolicy(), new WholeFilePolicy())) {
            for (Canned canned : all) {
                for (Hook hook : Hook.values()) {
                    PolicyInput input = canned.input();
                    assertThat(Guard.check(hook.call(policy, input), input).refused())
                            .isEmpty();
                }
            }
        }
    }

    @Test
    void requiredArgumentsGetAnExample() {
        Policy strict = new Policy() {
            @Override
            public String name() {
                return "strict";
            }

            @Override
            public Map<String, Argument> arguments() {
                return Map.of(
                        "size", new Argument.Size(null),
                        "count", new Argument.Count(3),
                        "share", new Argument.Decimal(null),
                        "on", new Argument.Flag(null),
                        "text", new Argument.Text(null),
                        "word", new Argument.Choice(null, List.of("a", "b")));
            }
        };
        assertThat(CannedInputs.argsFor(strict))
                .containsOnlyKeys("size", "count", "share", "on", "text", "word")
                .containsEntry("count", 3L)
                .containsEntry("word", "a");
    }
}
