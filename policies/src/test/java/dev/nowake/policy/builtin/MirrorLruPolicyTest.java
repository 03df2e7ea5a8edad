package dev.nowake.policy.builtin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.policy.Guard;
import dev.nowake.policy.MirrorView;
import dev.nowake.policy.MirroredModelView;
import dev.nowake.policy.PolicyInput;
import dev.nowake.policy.Step;
import java.util.Comparator;
import java.util.List;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** The laws of {@code mirror-lru}. */
class MirrorLruPolicyTest {
    private final MirrorLruPolicy policy = new MirrorLruPolicy();

    @Property(tries = 1000)
    void neverAModelThatIsUsedOrKeptAndTheGuardAgrees(@ForAll("mirrors") MirrorView mirror) {
        Guard.Verdict verdict = verdict(mirror);
        assertThat(verdict.refused()).isEmpty();
        assertThat(verdict.fromDisk()).allSatisfy(evicted -> {
            assertThat(evicted.model().open()).isFalse();
            assertThat(evicted.model().loading()).isFalse();
            assertThat(evicted.model().kept()).isFalse();
            assertThat(evicted.model().onDiskBytes()).isPositive();
        });
    }

    @Property(tries = 1000)
    void leastRecentlyLoadedFirstAndTheLargestOfThoseOfOneTime(@ForAll("mirrors") MirrorView mirror) {
        List<MirroredModelView> evicted = evicted(mirror);
        assertThat(evicted)
                .isSortedAccordingTo(Comparator.comparingDouble(MirroredModelView::lastLoadedSeconds)
                        .thenComparing(Comparator.comparingLong(MirroredModelView::onDiskBytes)
                                .reversed()));
        // and none that comes before the last of them in that order stays
        for (MirroredModelView stays : mirror.models()) {
            if (stays.staysBecause() == null && stays.onDiskBytes() > 0 && !evicted.contains(stays)) {
                assertThat(evicted)
                        .allSatisfy(gone ->
                                assertThat(gone.lastLoadedSeconds()).isLessThanOrEqualTo(stays.lastLoadedSeconds()));
            }
        }
    }

    /** Without the last of them it would not have been enough. */
    @Property(tries = 1000)
    void noMoreModelsThanNeeded(@ForAll("mirrors") MirrorView mirror) {
        List<MirroredModelView> evicted = evicted(mirror);
        if (!evicted.isEmpty()) {
            long withoutLast = bytes(evicted.subList(0, evicted.size() - 1));
            assertThat(withoutLast).isLessThan(goal(mirror));
        }
    }

    @Property(tries = 1000)
    void theLimitsAreKeptWheneverTheyCanBe(@ForAll("mirrors") MirrorView mirror) {
        long freed = bytes(evicted(mirror));
        // no disk is larger than a number
        Assume.that(mirror.freeBytes() <= Long.MAX_VALUE - freed);
        if (evictable(mirror) >= mirror.excessBytes()) {
            assertThat(freed).isGreaterThanOrEqualTo(mirror.excessBytes());
            MirrorView after = after(mirror, freed);
            assertThat(after.excessBytes()).isZero();
            assertThat(after.usedBytes()).isLessThanOrEqualTo(after.budgetBytes() - after.neededBytes());
            assertThat(after.freeBytes() - after.neededBytes()).isGreaterThanOrEqualTo(after.reserveBytes());
        } else {
            // as far as possible towards the limits, and nothing for what would not fit anyway
            assertThat(freed).isGreaterThanOrEqualTo(Math.min(evictable(mirror), mirror.excessBytes(0)));
        }
    }

    @Test
    void whatCannotFitDrivesNobodyOut() {
        MirroredModelView old = Mirrors.model(1, "old", 40, 10);
        MirroredModelView busy = Mirrors.open(Mirrors.model(2, "busy", 40, 5));
        assertThat(evicted(Mirrors.of(100, 1000, 0, 60, old, busy))).containsExactly(old);
        assertThat(evicted(Mirrors.of(100, 1000, 0, 61, old, busy))).isEmpty();
        assertThat(evicted(Mirrors.of(70, 1000, 0, 61, old, busy))).containsExactly(old);
    }

    @Test
    void aDiskThatOthersFillIsGivenBackToo() {
        MirroredModelView one = Mirrors.model(1, "one", 30, 10);
        MirroredModelView two = Mirrors.model(2, "two", 30, 20);
        assertThat(evicted(Mirrors.of(1000, 50, 50, 0, one, two))).isEmpty();
        assertThat(evicted(Mirrors.of(1000, 49, 50, 0, one, two))).containsExactly(one);
        assertThat(evicted(Mirrors.of(1000, 50, 50, 31, one, two))).containsExactly(one, two);
    }

    @Test
    void whatWasNeverLoadedGoesFirstAndSaysSo() {
        MirrorView mirror =
                Mirrors.of(0, 1000, 0, 0, Mirrors.model(1, "loaded", 30, 10), Mirrors.model(2, "staged", 1, 0));
        assertThat(policy.evict(Mirrors.input(mirror)))
                .containsExactly(
                        Step.EvictFromDisk.ofFile(Mirrors.file(2), "never loaded"),
                        Step.EvictFromDisk.ofFile(Mirrors.file(1), "least recently loaded"));
    }

    private Guard.Verdict verdict(MirrorView mirror) {
        PolicyInput input = Mirrors.input(mirror);
        return Guard.check(policy.evict(input), input);
    }

    private List<MirroredModelView> evicted(MirrorView mirror) {
        return verdict(mirror).fromDisk().stream().map(Guard.FromDisk::model).toList();
    }

    private static long bytes(List<MirroredModelView> models) {
        return models.stream().mapToLong(MirroredModelView::onDiskBytes).sum();
    }

    private static long evictable(MirrorView mirror) {
        return bytes(mirror.models().stream()
                .filter(model -> model.staysBecause() == null)
                .toList());
    }

    private static long goal(MirrorView mirror) {
        return evictable(mirror) >= mirror.excessBytes() ? mirror.excessBytes() : mirror.excessBytes(0);
    }

    private static MirrorView after(MirrorView m, long freed) {
        return new MirrorView(
                m.name(),
                m.budgetBytes(),
                m.usedBytes() - freed,
                m.freeBytes() + freed,
                m.reserveBytes(),
                m.neededBytes(),
                List.of());
    }

    @Provide
    Arbitrary<MirrorView> mirrors() {
        return Mirrors.any();
    }
}
