package dev.nowake.policy.sim;

import static dev.nowake.policy.sim.Recordings.GIB;
import static dev.nowake.policy.sim.Recordings.MIB;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.policy.Policy;
import dev.nowake.policy.PolicyInput;
import dev.nowake.policy.Step;
import dev.nowake.policy.builtin.LoadAndReleasePolicy;
import dev.nowake.policy.builtin.NonePolicy;
import dev.nowake.policy.builtin.WholeFilePolicy;
import dev.nowake.policy.trace.Access;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/** What holds whatever the load, the host and the policy. */
class SimulationPropertyTest {
    private static SimulationResult run(Recording recording, HostSpec host, Policy policy) {
        return Simulation.run(recording, host, policy, policy.defaults(), HookCall.DIRECT);
    }

    /** Asks for and drops whatever the seed says, sensible or not. */
    private record Erratic(long seed) implements Policy {
        @Override
        public String name() {
            return "erratic";
        }

        @Override
        public List<Step> prefetch(PolicyInput input) {
            return steps(input, 1);
        }

        @Override
        public List<Step> evict(PolicyInput input) {
            return steps(input, 2);
        }

        private List<Step> steps(PolicyInput input, int salt) {
            List<Step> steps = new ArrayList<>();
            Random random = new Random(seed + salt + Double.hashCode(input.timeSeconds()));
            input.load().files().forEach(file -> {
                long offset = (long) (random.nextDouble() * file.sizeBytes());
                long length = random.nextBoolean() ? Step.WHOLE : random.nextInt(32 << 20);
                int kind = random.nextInt(6);
                if (kind < 2) {
                    steps.add(new Step.Evict(file.id(), offset, length, "why not"));
                } else if (kind < 4) {
                    steps.add(new Step.Prefetch(file.id(), offset, length, "why not"));
                } else if (kind == 4) {
                    steps.add(new Step.Keep(file.id(), offset, length, Step.Hold.OPEN, 0, "why not"));
                }
            });
            return steps;
        }
    }

    @Provide
    Arbitrary<Recording> recordings() {
        Arbitrary<Integer> files = Arbitraries.integers().between(1, 4);
        Arbitrary<Long> sizes = Arbitraries.longs().between(1, 40 * MIB);
        Arbitrary<Long> seeds = Arbitraries.longs();
        Arbitrary<Integer> counts = Arbitraries.integers().between(1, 60);
        Arbitrary<Integer> readers = Arbitraries.integers().between(1, 3);
        return Combinators.combine(files, sizes, seeds, counts, readers).as(SimulationPropertyTest::random);
    }

    private static Recording random(int files, long size, long seed, int count, int readers) {
        Random random = new Random(seed);
        List<Access> accesses = new ArrayList<>();
        long nanos = 0;
        for (int i = 0; i < count; i++) {
            long offset = (long) (random.nextDouble() * size);
            long length = 1 + (long) (random.nextDouble() * (size - offset - 1));
            nanos += random.nextInt(50_000_000);
            accesses.add(new Access(
                    random.nextInt(files),
                    offset,
                    length,
                    0,
                    random.nextInt(9) == 0 ? -1 : nanos,
                    random.nextInt(readers)));
        }
        return new Recording(Recordings.shards(files, size), accesses);
    }

    @Provide
    Arbitrary<HostSpec> hosts() {
        Arbitrary<Long> memories = Arbitraries.longs().between(64 * MIB, 256 * MIB);
        Arbitrary<Double> rates = Arbitraries.doubles().between(1e6, 1e11);
        Arbitrary<Long> latencies = Arbitraries.longs().between(0, 20_000_000);
        Arbitrary<Integer> requests = Arbitraries.integers().between(1, 64);
        Arbitrary<Long> windows = Arbitraries.longs().between(1, 64);
        return Combinators.combine(memories, rates, latencies, requests, windows)
                .as((memory, rate, latency, places, window) ->
                        new HostSpec(memory, new StorageSpec(rate, latency, places), window << 17));
    }

    @Provide
    Arbitrary<Policy> policies() {
        return Arbitraries.oneOf(
                Arbitraries.longs().map(Erratic::new),
                Arbitraries.of(new NonePolicy(), new LoadAndReleasePolicy(), new WholeFilePolicy()));
    }

    @Property(tries = 200)
    void bytesAreConserved(
            @ForAll("recordings") Recording recording,
            @ForAll("hosts") HostSpec host,
            @ForAll("policies") Policy policy) {
        SimulationResult result = run(recording, host, policy);
        long wanted =
                recording.accesses().stream().mapToLong(Access::lengthBytes).sum();
        assertThat(result.readBytes()).isEqualTo(wanted);
        assertThat(result.hitBytes()).isBetween(0L, wanted);
        assertThat(result.storageBytes())
                .isEqualTo(result.residentAtEndBytes() + result.evictedBytes() + result.reclaimedBytes());
        assertThat(result.prefetchedBytes()).isBetween(0L, result.storageBytes());
        assertThat(result.neverUsedBytes()).isBetween(0L, result.prefetchedBytes());
        assertThat(result.readAgainBytes()).isBetween(0L, result.evictedBytes() + result.reclaimedBytes());
        assertThat(result.peakResidentBytes())
                .isGreaterThanOrEqualTo(result.residentAtEndBytes())
                .isLessThanOrEqualTo(host.memoryBytes());
        assertThat(result.totalSeconds()).isGreaterThanOrEqualTo(0);
    }

    @Property(tries = 60)
    void equalRunsAreEqualToTheLastDigit(
            @ForAll("recordings") Recording recording,
            @ForAll("hosts") HostSpec host,
            @ForAll("policies") Policy policy) {
        assertThat(run(recording, host, policy)).isEqualTo(run(recording, host, policy));
    }

    @Property(tries = 100)
    void noneNeverPrefetchesNorEvicts(@ForAll("recordings") Recording recording, @ForAll("hosts") HostSpec host) {
        SimulationResult result = run(recording, host, new NonePolicy());
        assertThat(Stream.of(result.prefetchedBytes(), result.neverUsedBytes(), result.evictedBytes()))
                .containsOnly(0L);
    }

    @Property(tries = 100)
    void withRoomForEverythingNothingIsReadTwiceAndNoneNeverWins(
            @ForAll("recordings") Recording recording, @ForAll @IntRange(min = 0, max = 20) int latencyMillis) {
        HostSpec host = new HostSpec(64 * GIB, new StorageSpec(1e9, latencyMillis * 1_000_000L));
        SimulationResult none = run(recording, host, new NonePolicy());
        SimulationResult whole = run(recording, host, new WholeFilePolicy());
        assertThat(Stream.of(none.readAgainBytes(), none.reclaimedBytes(), whole.readAgainBytes()))
                .containsOnly(0L);
        assertThat(whole.storageBytes()).isLessThanOrEqualTo(recording.totalBytes());
        // a miss waits for at most one prefetched chunk on the wire
        long misses = recording.accesses().stream()
                .mapToLong(access -> access.lengthBytes() / SimulatedCache.BLOCK_BYTES + 2)
                .sum();
        assertThat(whole.totalSeconds()).isLessThanOrEqualTo(none.totalSeconds() + misses * 2.1e-3 + 1e-6);
    }

    @Property(tries = 100)
    void storageThatTakesNoTimeStallsNobody(@ForAll("recordings") Recording recording) {
        HostSpec host = new HostSpec(64 * GIB, new StorageSpec(Double.MAX_VALUE, 0));
        SimulationResult result = run(recording, host, new LoadAndReleasePolicy());
        assertThat(result.stallSeconds()).isLessThan(1e-3);
    }

    @Property(tries = 100)
    void moreBandwidthNeverMakesALoneReaderSlower(
            @ForAll @IntRange(min = 1, max = 64) int pieceMib,
            @ForAll @IntRange(min = 1, max = 50) int factor,
            @ForAll @IntRange(min = 0, max = 5) int latencyMillis) {
        Recording recording = Recordings.sequential(2, 128 * MIB, pieceMib * MIB, 1_000_000);
        long latency = latencyMillis * 1_000_000L;
        SimulationResult slow = run(recording, new HostSpec(GIB, new StorageSpec(1e8, latency)), new NonePolicy());
        SimulationResult fast =
                run(recording, new HostSpec(GIB, new StorageSpec(1e8 * factor, latency)), new NonePolicy());
        assertThat(fast.totalSeconds()).isLessThanOrEqualTo(slow.totalSeconds());
    }

    @Property(tries = 60)
    void aSecondPassOverWhatFitsComesFromMemory(@ForAll long seed, @ForAll @IntRange(min = 1, max = 32) int pieceMib) {
        Recording pass = Recordings.shuffled(Recordings.sequential(2, 64 * MIB, pieceMib * MIB, -1), seed);
        List<Access> twice = new ArrayList<>(pass.accesses());
        twice.addAll(pass.accesses());
        HostSpec host = new HostSpec(GIB, new StorageSpec(1e9, 1_000_000));
        SimulationResult once = run(pass, host, new NonePolicy());
        SimulationResult both = run(new Recording(pass.files(), twice), host, new NonePolicy());
        assertThat(both.storageBytes()).isEqualTo(pass.totalBytes());
        assertThat(both.hitBytes()).isEqualTo(once.hitBytes() + pass.totalBytes());
    }
}
