package dev.nowake.policy.sim;

import static dev.nowake.policy.sim.Recordings.GIB;
import static dev.nowake.policy.sim.Recordings.MIB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.nowake.policy.Hook;
import dev.nowake.policy.Policy;
import dev.nowake.policy.PolicyFailure;
import dev.nowake.policy.PolicyInput;
import dev.nowake.policy.Step;
import dev.nowake.policy.Trigger;
import dev.nowake.policy.builtin.LoadAndReleasePolicy;
import dev.nowake.policy.builtin.NonePolicy;
import dev.nowake.policy.trace.Access;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** What a policy gains and costs on a host that is only reckoned. */
class SimulationTest {
    private static final StorageSpec NETWORK = new StorageSpec(1e9, 2_000_000);
    private static final HostSpec ROOMY = new HostSpec(16 * GIB, NETWORK);

    private final Recording load = Recordings.sequential(4, 256 * MIB, MIB, -1);

    private static SimulationResult run(Recording recording, HostSpec host, Policy policy) {
        return Simulation.run(recording, host, policy, policy.defaults(), HookCall.DIRECT);
    }

    /** A policy that is two functions. */
    private record Made(Function<PolicyInput, List<Step>> prefetching, Function<PolicyInput, List<Step>> evicting)
            implements Policy {
        @Override
        public String name() {
            return "made";
        }

        @Override
        public List<Step> prefetch(PolicyInput input) {
            return prefetching.apply(input);
        }

        @Override
        public List<Step> evict(PolicyInput input) {
            return evicting.apply(input);
        }
    }

    private static List<Step> nothing(PolicyInput input) {
        return List.of();
    }

    @Test
    void prefetchHidesTheLatencyThatReadAheadPays() {
        SimulationResult none = run(load, ROOMY, new NonePolicy());
        SimulationResult released = run(load, ROOMY, new LoadAndReleasePolicy());
        assertThat(none.totalSeconds())
                .as("8192 windows of 128 KiB, one after the other, 2 ms each")
                .isBetween(17.0, 18.0);
        assertThat(released.totalSeconds()).as("a gibibyte at 1 GB/s").isBetween(1.07, 1.3);
        assertThat(none.prefetchedBytes()).isZero();
        assertThat(released.prefetchedBytes()).isGreaterThan(900 * MIB);
        assertThat(none.residentAtEndBytes()).isEqualTo(GIB);
        assertThat(released.residentAtEndBytes()).isZero();
        assertThat(released.evictedBytes()).isEqualTo(GIB);
        assertThat(released.neverUsedBytes()).isZero();
        assertThat(released.failures()).isEmpty();
    }

    @Test
    void aLargerReadAheadWindowHelpsASequentialReader() {
        SimulationResult small = run(load, ROOMY, new NonePolicy());
        SimulationResult large = run(load, new HostSpec(16 * GIB, NETWORK, 8 * MIB), new NonePolicy());
        assertThat(large.totalSeconds()).isLessThan(small.totalSeconds() / 4);
        assertThat(large.storageBytes()).isEqualTo(small.storageBytes()).isEqualTo(GIB);
    }

    @Test
    void whatWasPrefetchedForNothingIsCounted() {
        Recording half = new Recording(
                Recordings.shards(4, 256 * MIB),
                load.accesses().stream().filter(access -> access.file() < 2).toList());
        SimulationResult result = run(half, ROOMY, new LoadAndReleasePolicy());
        assertThat(result.neverUsedBytes()).isBetween(MIB, 512 * MIB);
        assertThat(result.storageBytes()).isEqualTo(512 * MIB + result.neverUsedBytes());
    }

    @Test
    void aCacheTooSmallIsReclaimedAndReadAgain() {
        List<Access> twice = new ArrayList<>(load.accesses());
        twice.addAll(load.accesses());
        Recording again = new Recording(load.files(), twice);
        SimulationResult result = run(again, new HostSpec(512 * MIB, NETWORK), new NonePolicy());
        assertThat(result.readAgainBytes()).isEqualTo(GIB);
        assertThat(result.peakResidentBytes()).isLessThanOrEqualTo(480 * MIB);
        assertThat(result.reclaimedBytes()).isEqualTo(2 * GIB - result.residentAtEndBytes());
        assertThat(run(again, ROOMY, new NonePolicy()).readAgainBytes()).isZero();
    }

    @Test
    void withoutRoomPrefetchWaitsUntilThePolicyEvictsBehind() {
        Policy whole = new Made(input -> wanted(input), SimulationTest::nothing);
        Policy dropBehind = new Made(input -> wanted(input), input -> {
            List<Step> steps = new ArrayList<>();
            if (input.load() != null) {
                input.load().files().forEach(file -> {
                    if (file.frontierBytes() > 0) {
                        steps.add(new Step.Evict(file.id(), 0, file.frontierBytes(), "behind"));
                    }
                });
            }
            return steps;
        });
        HostSpec small = new HostSpec(256 * MIB, NETWORK);
        SimulationResult full = run(load, small, whole);
        SimulationResult flowing = run(load, small, dropBehind);
        assertThat(full.prefetchedBytes()).isLessThan(300 * MIB);
        assertThat(flowing.prefetchedBytes()).isGreaterThan(600 * MIB);
        assertThat(flowing.totalSeconds()).isLessThan(full.totalSeconds());
        assertThat(flowing.reclaimedBytes()).isLessThan(full.reclaimedBytes());
    }

    private static List<Step> wanted(PolicyInput input) {
        List<Step> steps = new ArrayList<>();
        if (input.load() != null) {
            input.load()
                    .files()
                    .forEach(file -> steps.add(new Step.Prefetch(
                            file.id(), Math.min(file.frontierBytes(), file.sizeBytes()), Step.WHOLE, "all of it")));
        }
        return steps;
    }

    @Test
    void whatAReaderWaitsForGoesBeforeWhatIsPrefetched() {
        Recording jumpy = Recordings.shuffled(Recordings.sequential(1, GIB, 4 * MIB, -1), 3);
        Recording tail = new Recording(
                jumpy.files(), List.of(new Access(0, GIB - MIB, MIB, 0, -1, 1), new Access(0, 0, MIB, 0, -1, 1)));
        SimulationResult result = run(tail, ROOMY, new Made(input -> wanted(input), SimulationTest::nothing));
        assertThat(result.totalSeconds())
                .as("not behind a gibibyte of prefetch at 1 GB/s")
                .isLessThan(0.1);
    }

    @Test
    void thePolicyIsAskedAsTheDaemonAsks() {
        Set<Trigger> seen = EnumSet.noneOf(Trigger.class);
        List<PolicyInput> inputs = new ArrayList<>();
        Policy spy = new Made(
                input -> {
                    seen.add(input.trigger());
                    inputs.add(input);
                    return List.of();
                },
                SimulationTest::nothing);
        Recording slow = Recordings.sequential(2, 256 * MIB, MIB, 100_000_000);
        run(slow, new HostSpec(256 * MIB, new StorageSpec(1e7, 0)), spy);
        assertThat(seen)
                .containsExactlyInAnyOrder(
                        Trigger.OPEN, Trigger.PROGRESS, Trigger.MISS, Trigger.CLOSE, Trigger.PRESSURE, Trigger.TICK);
        assertThat(inputs).allSatisfy(input -> {
            assertThat(input.model().shards()).hasSize(2);
            assertThat(input.models()).hasSize(1);
            assertThat(input.host().freeBytes()).isBetween(0L, 240 * MIB);
            assertThat(input.trigger() == Trigger.MISS).isEqualTo(input.range() != null);
        });
        PolicyInput last = inputs.getLast();
        assertThat(last.trigger()).isEqualTo(Trigger.CLOSE);
        assertThat(last.load().ended()).isTrue();
        assertThat(last.file()).isNull();
        assertThat(last.load().files().getLast().frontierBytes()).isEqualTo(256 * MIB);
        assertThat(last.load().files().getLast().touched().bytes()).isEqualTo(256 * MIB);
        double first = inputs.getFirst().timeSeconds();
        assertThat(last.timeSeconds() - first).isCloseTo(53.6, within(5.0));
    }

    @Test
    void keptRangesAreNotEvictedAndStateIsRemembered() {
        Policy keeper = new Made(
                input -> {
                    List<Step> steps = new ArrayList<>();
                    if (input.trigger() == Trigger.OPEN) {
                        steps.add(new Step.Keep(input.file().id(), 0, MIB, Step.Hold.TIME, 2e9, "header"));
                    }
                    Object opens = input.state().getOrDefault("opens", 0);
                    int next = (Integer) opens + (input.trigger() == Trigger.OPEN ? 1 : 0);
                    steps.add(new Step.Remember(Map.of("opens", next), "count"));
                    if (input.load().ended() && next != 4) {
                        throw new IllegalStateException("forgot: " + next);
                    }
                    return steps;
                },
                input -> {
                    List<Step> steps = new ArrayList<>();
                    if (input.load().ended()) {
                        input.load().files().forEach(file -> steps.add(Step.Evict.whole(file.id(), "done")));
                    }
                    return steps;
                });
        SimulationResult result = run(load, ROOMY, keeper);
        assertThat(result.failures()).isEmpty();
        assertThat(result.residentAtEndBytes()).isEqualTo(4 * MIB);
    }

    @Test
    void aPolicyThatFailsThreeTimesIsOutAndTheLoadGoesOn() {
        Policy broken = new Made(
                input -> {
                    throw new PolicyFailure(PolicyFailure.Kind.THROWN, "broken.js:3: no");
                },
                input -> {
                    throw new StackOverflowError();
                });
        SimulationResult result = run(load, ROOMY, broken);
        assertThat(result.failedCalls()).isEqualTo(3);
        assertThat(result.calls()).isEqualTo(3);
        assertThat(result.failures()).hasSize(3).first().isEqualTo("prefetch on open: broken.js:3: no");
        SimulationResult none = run(load, ROOMY, new NonePolicy());
        assertThat(result.totalSeconds()).isEqualTo(none.totalSeconds());
    }

    @Test
    void ofTwoReadersTheSecondFindsWhatTheFirstRead() {
        List<Access> accesses = new ArrayList<>(load.accesses());
        accesses.addAll(Recordings.pieces(4, 256 * MIB, MIB, -1, 2));
        SimulationResult result = run(new Recording(load.files(), accesses), ROOMY, new NonePolicy());
        assertThat(result.readBytes()).isEqualTo(2 * GIB);
        assertThat(result.storageBytes()).isEqualTo(GIB);
    }

    @Test
    void aHookIsCalledTheWayTheCallerWants() {
        List<Hook> hooks = new ArrayList<>();
        SimulationResult result = Simulation.run(load, ROOMY, new NonePolicy(), Map.of(), (hook, policy, input) -> {
            hooks.add(hook);
            return hook.call(policy, input);
        });
        assertThat(hooks).hasSize(result.calls()).startsWith(Hook.PREFETCH, Hook.EVICT);
    }

    /** Promised: seconds, not minutes; ten times what it took when it was written. */
    @Test
    void aModelOfAHundredGibibytesTakesSeconds() {
        Recording large = Recordings.sequential(25, 4 * GIB, MIB, 500_000);
        long before = System.nanoTime();
        SimulationResult result = run(large, new HostSpec(64 * GIB, NETWORK), new LoadAndReleasePolicy());
        assertThat((System.nanoTime() - before) / 1e9).isLessThan(30);
        assertThat(result.readBytes()).isEqualTo(100 * GIB);
    }
}
