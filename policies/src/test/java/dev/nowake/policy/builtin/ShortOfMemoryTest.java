package dev.nowake.policy.builtin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.policy.Policy;
import dev.nowake.policy.sim.HookCall;
import dev.nowake.policy.sim.HostSpec;
import dev.nowake.policy.sim.Recording;
import dev.nowake.policy.sim.Simulation;
import dev.nowake.policy.sim.SimulationResult;
import dev.nowake.policy.sim.StorageSpec;
import dev.nowake.policy.trace.Access;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A model of 4 GiB on simulated hosts: one with half of its size, one with plenty of memory. */
class ShortOfMemoryTest {
    private static final long MIB = 1L << 20;
    private static final long GIB = 1L << 30;
    private static final int FILES = 8;
    private static final StorageSpec STORAGE = new StorageSpec(1e9, 2_000_000);
    private static final double FULL_SPEED_SECONDS = FILES * 512 * MIB / 1e9;

    static Stream<Policy> thatRecycle() {
        return Stream.of(
                new LoadAndReleasePolicy(),
                new ReplayPolicy(path -> Optional.of(trace())),
                new ReplayPolicy(TraceSource.NONE),
                Scripts.policy("uma-guard"));
    }

    @ParameterizedTest
    @MethodSource("thatRecycle")
    void aLoadLivesOnItsOwnRoom(Policy policy) {
        SimulationResult result = run(policy, 2 * GIB);
        assertThat(result.failures()).isEmpty();
        assertThat(result.refusedSteps()).isZero();
        assertThat(result.reclaimedBytes()).isZero();
        assertThat(result.readAgainBytes()).isZero();
        assertThat(result.residentAtEndBytes()).isZero();
        assertThat(result.stallSeconds()).isLessThan(1.05 * FULL_SPEED_SECONDS);
    }

    @Test
    void withoutAPolicyTheKernelHasToReclaim() {
        SimulationResult result = run(new NonePolicy(), 2 * GIB);
        assertThat(result.reclaimedBytes()).isGreaterThan(2 * GIB);
        assertThat(result.stallSeconds()).isGreaterThan(5 * FULL_SPEED_SECONDS);
    }

    @Test
    void withPlentyOfMemoryNothingIsDroppedBeforeTheEnd() {
        SimulationResult result = run(new LoadAndReleasePolicy(), 32 * GIB);
        assertThat(result.peakResidentBytes()).isEqualTo(FILES * 512 * MIB);
        assertThat(result.residentAtEndBytes()).isZero();
        assertThat(run(new InterleavePolicy(), 32 * GIB).residentAtEndBytes()).isEqualTo(FILES * 512 * MIB);
        assertThat(run(Scripts.policy("hot-set"), 32 * GIB).residentAtEndBytes())
                .isEqualTo(FILES * 512 * MIB);
    }

    @Test
    void umaGuardHoldsLittleWhateverThereIs() {
        assertThat(run(Scripts.policy("uma-guard"), 32 * GIB).peakResidentBytes())
                .isLessThan(2 * GIB);
    }

    private static SimulationResult run(Policy policy, long memoryBytes) {
        Map<String, Object> args = new HashMap<>(policy.defaults());
        if (policy.arguments().containsKey("trace")) {
            args.put("trace", "recorded");
        }
        return Simulation.run(recording(), new HostSpec(memoryBytes, STORAGE), policy, args, HookCall.DIRECT);
    }

    private static Recording recording() {
        List<Recording.RecordedFile> files = new ArrayList<>();
        List<Access> accesses = new ArrayList<>();
        for (int file = 0; file < FILES; file++) {
            files.add(new Recording.RecordedFile(path(file), 512 * MIB));
            for (long at = 0; at < 512 * MIB; at += 4 * MIB) {
                accesses.add(new Access(file, at, 4 * MIB, 0, -1, 1));
            }
        }
        return new Recording(files, accesses);
    }

    private static List<ReplayStep> trace() {
        return recording().accesses().stream()
                .map(access ->
                        new ReplayStep(path(access.file()), access.offsetBytes(), access.lengthBytes(), access.node()))
                .toList();
    }

    private static String path(int file) {
        return "/models/m/model-0000" + file + ".safetensors";
    }
}
