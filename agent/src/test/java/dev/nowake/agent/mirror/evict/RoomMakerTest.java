package dev.nowake.agent.mirror.evict;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.policy.Policy;
import dev.nowake.policy.PolicyInput;
import dev.nowake.policy.Step;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From a disk above its limits to one within them, or to a line that says why not. */
class RoomMakerTest {
    @TempDir
    Path folder;

    private DiskCase disk;
    private MirroredModel a;
    private MirroredModel b;
    private MirroredModel c;

    @BeforeEach
    void threeModels() {
        disk = new DiskCase(folder);
        a = disk.model("a", 20, 10);
        b = disk.model("b", 30);
        c = disk.model("c", 30);
    }

    private DiskOutcome make(long bytes) throws Exception {
        return disk.maker().make(bytes);
    }

    @Test
    void nothingIsDoneNorAskedWithinTheLimits() throws Exception {
        DiskOutcome outcome = make(10);
        assertThat(outcome.models()).isEmpty();
        assertThat(outcome.missingBytes()).isZero();
        assertThat(disk.policy.asked).isEmpty();
        assertThat(disk.onDisk()).containsExactly("a", "b", "c");
    }

    @Test
    void theLeastRecentlyLoadedGoesAndNoMore() throws Exception {
        disk.load(a);
        DiskOutcome outcome = make(11);
        assertThat(disk.onDisk()).containsExactly("a", "c");
        assertThat(outcome.freedBytes()).isEqualTo(30);
        assertThat(outcome.missingBytes()).isZero();
        assertThat(outcome.policy()).isEqualTo("mirror-lru");
        assertThat(outcome.models()).singleElement().satisfies(chosen -> {
            assertThat(chosen.model().name()).isEqualTo("b");
            assertThat(chosen.reason()).isEqualTo("least recently loaded");
        });
        assertThat(make(40).models()).isEmpty();
    }

    @Test
    void othersWhoFillTheDiskCostModelsToo() throws Exception {
        disk.host.othersBytes = 899;
        assertThat(make(0).models()).isEmpty();
        disk.host.othersBytes = 901;
        make(0);
        assertThat(disk.onDisk()).containsExactly("b", "c");
        disk.host.othersBytes = 940;
        make(0);
        assertThat(disk.onDisk()).containsExactly("c");
        disk.host.othersBytes = 970;
        make(0);
        disk.host.othersBytes = 996;
        DiskOutcome outcome = make(0);
        assertThat(disk.onDisk()).isEmpty();
        assertThat(outcome.missingBytes()).isEqualTo(6);
        assertThat(outcome.why())
                .isEqualTo("others fill the disk: the mirror has 0 B of it, 4 B are free and 10 B are to stay so");
    }

    @Test
    void anotherModelIsTakenForOneThatWasOpenedMeanwhile() throws Exception {
        disk.host.others = () -> {
            if (disk.host.steps.getLast().equals("empty /tree/a/0")) {
                DiskCase.first(a).openers = 1;
            }
        };
        DiskOutcome outcome = make(11);
        assertThat(disk.onDisk()).containsExactly("a", "c");
        assertThat(outcome.missingBytes()).isZero();
        assertThat(outcome.models().stream().map(chosen -> chosen.model().name() + " " + chosen.isGone()))
                .containsExactly("a false", "b true");
        assertThat(disk.policy.asked).hasSize(2);
    }

    @Test
    void whatCannotBeFreedIsToldWithWhy() throws Exception {
        disk.open(a);
        disk.kept.add("b");
        disk.loading.add(DiskCase.first(c));
        DiskOutcome outcome = make(20);
        assertThat(disk.onDisk()).containsExactly("a", "b", "c");
        assertThat(outcome.missingBytes()).isEqualTo(10);
        assertThat(outcome.why()).isEqualTo("a is open; b is kept; c is being loaded");
        assertThat(make(200).why()).startsWith("200 B are more than the budget of 100 B; a is open");
    }

    @Test
    void aPolicyThatLeavesModelsThereIsNamed() throws Exception {
        disk.policy.policy = new Policy() {
            @Override
            public String name() {
                return "shy";
            }

            @Override
            public List<Step> evict(PolicyInput input) {
                return List.of(Step.EvictFromDisk.model("b", "why not"));
            }
        };
        disk.limits = new DiskLimits(10L, 10L, 0);
        DiskOutcome outcome = make(0);
        assertThat(disk.onDisk()).containsExactly("a", "c");
        assertThat(outcome.missingBytes()).isEqualTo(50);
        assertThat(outcome.why()).isEqualTo("shy leaves a, c there");
    }

    @Test
    void whatFailsIsToldAndTheNextOneTried() throws Exception {
        disk.host.broken.add(DiskCase.first(a).local());
        DiskOutcome outcome = make(31);
        assertThat(outcome.models().stream().map(chosen -> chosen.model().name() + " " + chosen.isGone()))
                .containsExactly("a false", "b true");
        assertThat(outcome.missingBytes()).isZero();
        assertThat(disk.onDisk()).containsExactly("a", "c");
        disk.host.broken.add(DiskCase.first(c).local());
        assertThat(make(61).why())
                .isEqualTo("a stayed, failed: open: ENOSPC (28); c stayed, failed: open: ENOSPC (28)");
    }

    @Test
    void inObserveModeItIsOnlyToldWhatWouldGo() throws Exception {
        disk.acts = false;
        DiskOutcome outcome = make(11);
        assertThat(outcome.enforced()).isFalse();
        assertThat(outcome.models().stream().map(chosen -> chosen.model().name()))
                .containsExactly("a");
        assertThat(outcome.missingBytes()).isZero();
        assertThat(outcome.freedBytes()).isZero();
        assertThat(disk.onDisk()).containsExactly("a", "b", "c");
        assertThat(disk.host.steps).isEmpty();
    }

    /** btrfs shows what was freed after its next commit. */
    @Test
    void whatTheFilesystemDoesNotShowYetIsNotFreedTwice() throws Exception {
        disk.host.hidesFreed = true;
        disk.host.othersBytes = 901;
        RoomMaker maker = disk.maker();
        assertThat(maker.make(0).missingBytes()).isZero();
        assertThat(disk.onDisk()).containsExactly("b", "c");
        disk.nanos += 30_000_000_000L;
        assertThat(maker.make(0).models()).isEmpty();
        disk.nanos += 30_000_000_000L; // it should have committed by now: others must have written
        maker.make(0);
        assertThat(disk.onDisk()).containsExactly("c");
    }
}
