package dev.nowake.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.model.FileId;
import dev.nowake.policy.builtin.Mirrors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** Whatever a policy returns, no model leaves the disk that is used, wanted kept, or another mirror's. */
class DiskGuardTest {
    private static final FileId FOREIGN = new FileId(9, 99);

    @Property(tries = 500)
    void onlyModelsOfTheMirrorThatMayGo(@ForAll("mirrors") MirrorView mirror, @ForAll("picks") List<Integer> picks) {
        List<Step> steps = new ArrayList<>();
        for (int pick : picks) {
            steps.add(
                    pick >= mirror.models().size()
                            ? Step.EvictFromDisk.ofFile(FOREIGN, "")
                            : pick % 2 == 0
                                    ? Step.EvictFromDisk.model(
                                            mirror.models().get(pick).name(), "")
                                    : Step.EvictFromDisk.ofFile(
                                            mirror.models()
                                                    .get(pick)
                                                    .files()
                                                    .getLast()
                                                    .id(),
                                            ""));
        }
        Guard.Verdict verdict = Guard.check(steps, input(mirror));
        Set<MirroredModelView> seen = new HashSet<>();
        for (Guard.FromDisk evicted : verdict.fromDisk()) {
            assertThat(mirror.models()).contains(evicted.model());
            assertThat(evicted.model().open()
                            || evicted.model().loading()
                            || evicted.model().kept())
                    .isFalse();
            assertThat(seen.add(evicted.model())).isTrue();
        }
        assertThat(verdict.accepted()).isEmpty();
        assertThat(verdict.compactions()).isEmpty();
    }

    @Test
    void whatIsRefusedSaysWhy() {
        MirrorView mirror = Mirrors.of(
                Mirrors.model(1, "twice", 10, 1),
                Mirrors.model(2, "twice", 10, 1),
                Mirrors.open(Mirrors.model(3, "busy", 10, 1)),
                Mirrors.loading(Mirrors.model(4, "coming", 10, 1)),
                Mirrors.kept(Mirrors.model(5, "dear", 10, 1)));
        List<Step> steps = new ArrayList<>(Arrays.asList(
                null,
                Step.EvictFromDisk.model("twice", ""),
                Step.EvictFromDisk.model("none", ""),
                Step.EvictFromDisk.ofFile(FOREIGN, ""),
                Step.EvictFromDisk.model("busy", ""),
                Step.EvictFromDisk.model("coming", ""),
                Step.EvictFromDisk.model("dear", ""),
                Step.Evict.whole(Mirrors.file(1), ""),
                Step.Prefetch.whole(Mirrors.file(1), ""),
                new Step.Keep(Mirrors.file(1), 0, 1, Step.Hold.OPEN, 0, ""),
                new Step.Compact(Step.Compact.ALL_NODES, "")));
        Guard.Verdict verdict = Guard.check(steps, input(mirror));
        assertThat(verdict.fromDisk()).isEmpty();
        assertThat(verdict.refused())
                .containsExactly(
                        "a step is null",
                        "step names model twice, and 2 models are called that: name a file of one",
                        "step names model none, which is not in the mirror",
                        "step names file 9:99, which is not in the mirror",
                        "step evicts model busy from disk, which is open",
                        "step evicts model coming from disk, which is being loaded",
                        "step evicts model dear from disk, which is kept",
                        "step evicts from page cache at trigger disk; say tier: \"disk\" to free the disk",
                        "step prefetches at trigger disk, where only evictions from disk count",
                        "step keeps a range at trigger disk, where only evictions from disk count",
                        "step compacts memory at trigger disk, where only evictions from disk count");
    }

    @Test
    void aModelNamedTwiceGoesOnceAndStateIsRemembered() {
        MirrorView mirror = Mirrors.of(Mirrors.model(1, "a", 10, 1), Mirrors.model(2, "b", 10, 1));
        Guard.Verdict verdict = Guard.check(
                List.of(
                        Step.EvictFromDisk.model("b", "first"),
                        Step.EvictFromDisk.ofFile(Mirrors.file(2), "again"),
                        Step.EvictFromDisk.ofFile(Mirrors.file(1), "next"),
                        new Step.Remember(Map.of("n", 1), "")),
                input(mirror));
        assertThat(verdict.fromDisk())
                .containsExactly(
                        new Guard.FromDisk(mirror.models().get(1), "first"),
                        new Guard.FromDisk(mirror.models().get(0), "next"));
        assertThat(verdict.refused()).isEmpty();
        assertThat(verdict.state()).isEqualTo(Map.of("n", 1));
    }

    @Test
    void nothingLeavesADiskForAnotherReason() {
        PolicyInput tick = new PolicyInput(Trigger.TICK, null, null, null, new HostView(1, 1, 1), Map.of());
        Guard.Verdict verdict = Guard.check(List.of(Step.EvictFromDisk.model("a", "")), tick);
        assertThat(verdict.fromDisk()).isEmpty();
        assertThat(verdict.refused()).containsExactly("step evicts model a from disk at trigger tick, not disk");
    }

    private static PolicyInput input(MirrorView mirror) {
        return PolicyInput.ofDisk(mirror, new HostView(1, 1, 1), 0, Map.of(), Map.of());
    }

    @Provide
    Arbitrary<MirrorView> mirrors() {
        return Mirrors.any();
    }

    @Provide
    Arbitrary<List<Integer>> picks() {
        return Arbitraries.integers().between(0, 12).list().ofMaxSize(20);
    }
}
