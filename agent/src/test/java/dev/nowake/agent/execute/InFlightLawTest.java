package dev.nowake.agent.execute;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.Supplier;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class InFlightLawTest {
    private static final long MIB = 1L << 20;
    private static final double GB = 1e9;

    private static double best(Supplier<SimulatedMount.Server> server, long chunkBytes, long mostBytes) {
        double best = 0;
        for (long window = chunkBytes; window <= mostBytes; window += chunkBytes) {
            best = Math.max(best, new SimulatedMount(chunkBytes, server.get()).rateOf(window, 3));
        }
        return best;
    }

    private static void finds(Supplier<SimulatedMount.Server> server, long chunkBytes, long mostBytes) {
        double best = best(server, chunkBytes, mostBytes);
        InFlightLaw law = new InFlightLaw(chunkBytes, mostBytes);
        SimulatedMount mount = new SimulatedMount(chunkBytes, server.get());
        mount.rateOf(law, 20); // learns
        assertThat(mount.rateOf(law, 60)).isGreaterThanOrEqualTo(0.9 * best);
        assertThat(mount.mostBytes).isLessThanOrEqualTo(mostBytes);
    }

    @ParameterizedTest
    @CsvSource({"0.010,2,0", "0.010,2,0.2", "0.002,1,0.2", "0.030,0.5,0.5", "0.050,10,0.3", "0.100,0.1,0.3"})
    void aLinkWithLatencyAndABandwidth(double latencySeconds, double gigabytes, double noise) {
        finds(() -> SimulatedMount.link(latencySeconds, gigabytes * GB, MIB, noise), MIB, 64 * MIB);
    }

    @ParameterizedTest
    @CsvSource({"0.010,16,1,0.2", "0.010,8,0.25,0.3", "0.005,32,2,0", "0.010,6,1,0.2"})
    void aServerThatSlowsDownWhenTooMuchIsAskedOfIt(double latencySeconds, int slots, double harm, double noise) {
        finds(() -> SimulatedMount.degrading(latencySeconds, slots, harm, noise), MIB, 64 * MIB);
    }

    @ParameterizedTest
    @CsvSource({"0.010,2", "0.010,4", "0.002,1"})
    void aHostThatStallsNowAndThen(double latencySeconds, double gigabytes) {
        finds(
                () -> SimulatedMount.stalling(SimulatedMount.link(latencySeconds, gigabytes * GB, MIB, 0.2)),
                MIB,
                64 * MIB);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.1, 0.3})
    void aDisk(double noise) {
        finds(() -> SimulatedMount.link(0.001, 2.5 * GB, 8 * MIB, noise), 8 * MIB, 40 * MIB);
        finds(() -> SimulatedMount.link(0.008, 0.2 * GB, 8 * MIB, noise), 8 * MIB, 32 * MIB);
    }

    @Property(tries = 30)
    void anyLink(
            @ForAll @IntRange(min = 200, max = 50_000) int latencyMicros,
            @ForAll @IntRange(min = 50, max = 8000) int megabytes,
            @ForAll @IntRange(min = 0, max = 30) int noisePerCent) {
        double rate = megabytes * 1e6;
        finds(() -> SimulatedMount.link(latencyMicros / 1e6, rate, MIB, noisePerCent / 100.0), MIB, 64 * MIB);
    }

    @Test
    void theFirstHalfSecondIsAsGoodAsTheMostInFlight() {
        SimulatedMount fixed = new SimulatedMount(MIB, SimulatedMount.link(0.01, 8 * GB, MIB, 0));
        SimulatedMount learning = new SimulatedMount(MIB, SimulatedMount.link(0.01, 8 * GB, MIB, 0));
        assertThat(learning.rateOf(new InFlightLaw(MIB, 64 * MIB), 0.4)).isEqualTo(fixed.rateOf(64 * MIB, 0.4));
    }

    @ParameterizedTest
    @CsvSource({"0.010,0.2", "0.100,2", "0.100,0.1", "0.500,0.02"})
    void afterASlowPhaseItRecovers(double slowLatencySeconds, double slowGigabytes) {
        double best = best(() -> SimulatedMount.link(0.01, 2 * GB, MIB, 0.1), MIB, 64 * MIB);
        InFlightLaw law = new InFlightLaw(MIB, 64 * MIB);
        SimulatedMount mount = new SimulatedMount(MIB, SimulatedMount.link(0.01, 2 * GB, MIB, 0.1));
        mount.rateOf(law, 10);
        mount.becomes(SimulatedMount.link(slowLatencySeconds, slowGigabytes * GB, MIB, 0.1));
        mount.rateOf(law, 30);
        mount.becomes(SimulatedMount.link(0.01, 2 * GB, MIB, 0.1));
        mount.rateOf(law, 10);
        assertThat(mount.rateOf(law, 20)).isGreaterThanOrEqualTo(0.9 * best);
    }

    @Test
    void afterAStandstillItBeginsWithTheLeastAndIsBackWithinSeconds() {
        InFlightLaw law = new InFlightLaw(MIB, 64 * MIB);
        SimulatedMount mount = new SimulatedMount(MIB, SimulatedMount.link(0.01, 4 * GB, MIB, 0.1));
        mount.rateOf(law, 5);
        law.beginSmall();
        assertThat(law.windowBytes()).isEqualTo(2 * MIB);
        mount.rateOf(law, 5);
        double best = best(() -> SimulatedMount.link(0.01, 4 * GB, MIB, 0.1), MIB, 64 * MIB);
        assertThat(mount.rateOf(law, 5)).isGreaterThanOrEqualTo(0.9 * best);
    }

    @Test
    void whatComesBackToLittleDemandSaysNothingOfTheMount() {
        InFlightLaw law = new InFlightLaw(MIB, 64 * MIB);
        for (int i = 0; i < 100_000; i++) {
            law.returned(MIB, i * 1_000_000L, i * 1_000_000L + 500_000, i % 2 == 0);
        }
        assertThat(law.windowBytes()).isEqualTo(64 * MIB);
        assertThat(law.latencyNanos()).isBetween(499_999L, 500_000L);
    }

    record Happening(int kind, long bytes, long tookNanos, long passedNanos, boolean wanted) {}

    @Provide
    Arbitrary<List<Happening>> happenings() {
        return Combinators.combine(
                        Arbitraries.integers().between(0, 20),
                        Arbitraries.longs().between(0, 1L << 40),
                        Arbitraries.longs().between(0, 1L << 45),
                        Arbitraries.longs().between(0, 1L << 40),
                        Arbitraries.of(true, true, true, false))
                .as(Happening::new)
                .list()
                .ofMaxSize(400);
    }

    @Property
    void whateverHappensTheBoundsHold(
            @ForAll("happenings") List<Happening> happenings,
            @ForAll @IntRange(min = 1, max = 9) int chunkPages,
            @ForAll @IntRange(min = 1, max = 200) int mostChunks) {
        long chunk = chunkPages * 4096L;
        InFlightLaw law = new InFlightLaw(chunk, mostChunks * chunk + 4095);
        long now = Long.MAX_VALUE - (1L << 42); // and the clock may wrap
        for (Happening each : happenings) {
            now += each.passedNanos();
            switch (each.kind()) {
                case 0 -> law.heldBack();
                case 1 -> law.beginSmall();
                default -> law.returned(each.bytes(), now - each.tookNanos(), now, each.wanted());
            }
            assertThat(law.windowBytes()).isBetween(law.leastBytes(), law.mostBytes());
            assertThat(law.latencyNanos()).isNotNegative();
        }
    }
}
