package dev.nowake.policy.builtin;

import static dev.nowake.policy.builtin.Scripts.evicted;
import static dev.nowake.policy.builtin.Scripts.policy;
import static dev.nowake.policy.builtin.Scripts.withArgs;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.model.FileId;
import dev.nowake.policy.HostView;
import dev.nowake.policy.LoadView;
import dev.nowake.policy.NodeView;
import dev.nowake.policy.PolicyInput;
import dev.nowake.policy.PressureView;
import dev.nowake.policy.Step;
import dev.nowake.policy.Trigger;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** The floor {@code uma-guard} keeps of free memory and of large blocks, and for how long. */
class UmaFloorTest {
    private static final long MIB = 1L << 20;
    private static final long GIB = Situations.GIB;
    private static final long TOTAL = 128 * GIB;
    private static final double NOW = 1_000_000.5;
    private static final FileId LEFTOVER = new FileId(2, 0);

    /** A load of one large file, 1 GiB of which is read, and another model's leftover. */
    private static Situation loading() {
        return Situation.of(40 * GIB)
                .frontier(0, GIB)
                .others(List.of(Situation.other(0, GIB, GIB, false, 100)))
                .withTrigger(Trigger.PROGRESS)
                .at(NOW, Map.of());
    }

    private static HostView host(long freeBytes, long freeBlockBytes) {
        // available memory is what misleads: there is always plenty of it here
        return new HostView(TOTAL, freeBytes, 100 * GIB, freeBlockBytes, PressureView.NONE, List.of(), true);
    }

    private static PolicyInput on(HostView host, Situation situation) {
        return on(host, situation, 2e9, -1);
    }

    private static PolicyInput on(HostView host, Situation situation, double rate, int node) {
        PolicyInput plain = withArgs("uma-guard", situation, -1);
        LoadView load = plain.load();
        LoadView reading = load == null
                ? null
                : new LoadView(load.files(), 1, load.ended(), true, 5, rate, node, null, false, false);
        return new PolicyInput(
                plain.trigger(),
                plain.file(),
                null,
                plain.model(),
                plain.layouts(),
                reading,
                plain.models(),
                host,
                plain.timeSeconds(),
                plain.args(),
                plain.state());
    }

    private static long plannedBytes(PolicyInput input) {
        return policy("uma-guard").prefetch(input).stream()
                .mapToLong(step -> ((Step.Prefetch) step).lengthBytes())
                .sum();
    }

    private static List<Step.Compact> compactions(PolicyInput input) {
        return policy("uma-guard").evict(input).stream()
                .filter(Step.Compact.class::isInstance)
                .map(Step.Compact.class::cast)
                .toList();
    }

    @Property(tries = 300)
    void whatIsReadAheadLeavesBothFloors(
            @ForAll("bytes") long free,
            @ForAll("bytes") long inBlocks,
            @ForAll("bytes") long floor,
            @ForAll("bytes") long blocks) {
        long freeBlocks = Math.min(free, inBlocks);
        Situation situation = loading().window(200 * GIB).arg("floor", floor).arg("blocks", blocks);
        long planned = plannedBytes(on(host(free, freeBlocks), situation));
        long aboveFloor = free - Math.min(floor, TOTAL / 4);
        long aboveBlocks = freeBlocks - Math.min(blocks, TOTAL / 4);
        long most = Math.max(0, Math.min(aboveFloor, aboveBlocks));
        assertThat(planned).isEqualTo(Math.min(39 * GIB, most));
    }

    @Property(tries = 200)
    void shortOfMemoryItStillDropsAndReleases(@ForAll("bytes") long free, @ForAll("bytes") long inBlocks) {
        HostView host = host(free, Math.min(free, inBlocks));
        assertThat(policy("uma-guard").evict(on(host, loading())))
                .contains(new Step.Evict(new FileId(1, 0), 16 * MIB, GIB - 80 * MIB, "read by all"));
        assertThat(evicted(policy("uma-guard").evict(on(host, loading().withEnded()))))
                .contains(new FileId(1, 0));
        assertThat(policy("uma-guard").evict(on(host, loading())).stream()
                        .filter(Step.Evict.class::isInstance)
                        .map(step -> ((Step.Evict) step).ifMapped()))
                .containsOnly(Step.IfMapped.LEAVE);
    }

    @Test
    void availableMemoryIsNoFreeMemory() {
        assertThat(plannedBytes(on(host(GIB, GIB), loading()))).isZero();
        assertThat(plannedBytes(on(host(20 * GIB, 20 * GIB), loading()))).isEqualTo(2 * GIB);
        assertThat(plannedBytes(on(host(20 * GIB, GIB), loading()))).isZero();
        assertThat(plannedBytes(on(host(20 * GIB, -1), loading()))).isEqualTo(2 * GIB);
    }

    @Test
    void leftoversGoWhileALoadIsShortOfEither() {
        assertThat(evicted(policy("uma-guard").evict(on(host(20 * GIB, 20 * GIB), loading()))))
                .doesNotContain(LEFTOVER);
        assertThat(evicted(policy("uma-guard").evict(on(host(3 * GIB, 3 * GIB), loading()))))
                .contains(LEFTOVER);
        assertThat(evicted(policy("uma-guard").evict(on(host(20 * GIB, GIB), loading()))))
                .contains(LEFTOVER);
    }

    @Test
    void compactionIsAskedForWhereThereIsSomethingToBringTogether() {
        assertThat(compactions(on(host(20 * GIB, GIB), loading())))
                .containsExactly(new Step.Compact(Step.Compact.ALL_NODES, "free memory is in small pieces"));
        assertThat(compactions(on(host(20 * GIB, 2 * GIB), loading()))).isEmpty();
        assertThat(compactions(on(host(GIB, GIB - 100 * MIB), loading()))).isEmpty();
        assertThat(compactions(on(host(20 * GIB, -1), loading()))).isEmpty();
        assertThat(compactions(on(host(20 * GIB, GIB), loading().withTrigger(Trigger.OPEN))))
                .isEmpty();
        assertThat(compactions(on(host(20 * GIB, GIB), loading().withEnded()))).hasSize(1);
    }

    @Test
    void theReadersNodeIsTheOneThatCounts() {
        List<NodeView> nodes = List.of(
                new NodeView(0, 64 * GIB, 20 * GIB, 20 * GIB, GIB), new NodeView(1, 64 * GIB, 20 * GIB, GIB, GIB));
        HostView two = new HostView(TOTAL, 40 * GIB, 100 * GIB, 21 * GIB, PressureView.NONE, nodes, true);
        assertThat(plannedBytes(on(two, loading(), 2e9, 0))).isEqualTo(2 * GIB);
        assertThat(plannedBytes(on(two, loading(), 2e9, 1))).isZero();
        assertThat(compactions(on(two, loading(), 2e9, 1)))
                .containsExactly(new Step.Compact(1, "free memory is in small pieces"));
        assertThat(compactions(on(two, loading(), 2e9, 0))).isEmpty();
        assertThat(compactions(on(two, loading(), 2e9, 7))).isEmpty();
    }

    @Test
    void theFloorIsKeptUntilTheEngineHasSettled() {
        HostView scarce = host(3 * GIB, GIB);
        List<Step> atEnd = policy("uma-guard").evict(on(scarce, loading().withEnded()));
        assertThat(atEnd).contains(new Step.Remember(Map.of("until", NOW + 60), "an engine is loading"));
        Map<String, Object> state = Map.of("until", NOW + 60);
        Situation idle = loading().idle().withTrigger(Trigger.TICK);
        assertThat(policy("uma-guard").evict(on(scarce, idle.at(NOW + 59, state))))
                .contains(
                        new Step.Evict(LEFTOVER, 0, Step.WHOLE, "leftover of another model"),
                        new Step.Compact(Step.Compact.ALL_NODES, "free memory is in small pieces"));
        assertThat(policy("uma-guard").evict(on(scarce, idle.at(NOW + 61, state))))
                .isEmpty();
        assertThat(policy("uma-guard").evict(on(scarce, idle.at(NOW, Map.of()))))
                .isEmpty();
    }

    @Test
    void aServerThatHasItsModelMappedForDaysIsNotLoading() {
        HostView scarce = host(3 * GIB, GIB);
        Situation served = loading().at(NOW, Map.of("until", NOW - 1));
        assertThat(policy("uma-guard").evict(on(scarce, served, 0, -1)))
                .noneMatch(Step.Compact.class::isInstance)
                .noneMatch(Step.Remember.class::isInstance);
        assertThat(evicted(policy("uma-guard").evict(on(scarce, served, 0, -1))))
                .doesNotContain(LEFTOVER);
        assertThat(policy("uma-guard").evict(on(scarce, served, 2e9, -1)))
                .anyMatch(Step.Compact.class::isInstance)
                .anyMatch(Step.Remember.class::isInstance);
    }

    @Test
    void onASmallHostTheFloorsArePartsOfIt() {
        HostView small = new HostView(8 * GIB, 3 * GIB, 6 * GIB, 3 * GIB, PressureView.NONE, List.of(), true);
        assertThat(plannedBytes(on(small, loading()))).isEqualTo(GIB);
    }

    @Provide
    Arbitrary<Long> bytes() {
        return Arbitraries.longs().between(0, 64 * GIB);
    }
}
