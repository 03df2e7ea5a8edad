package dev.nowake.agent.mirror.evict;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.agent.mirror.evict.ModelOutcome.Stayed;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How a model leaves the disk, step by step, and what is left when a step fails, somebody comes, or everything ends. */
class DiskEvictionTest {
    private final DiskHost host = new DiskHost();
    private final MirroredModel model = host.model("llama", 40, 30, 20);
    private final Set<String> kept = new HashSet<>();
    private boolean loading;

    private DiskEviction eviction() {
        host.tellsOpens = true;
        DiskBudget budget =
                new DiskBudget(new DiskLimits(100L, 0L, 0), () -> List.of(model), host, host, System::nanoTime);
        Staying staying = new Staying(InUse.byLease(host), twin -> loading, path -> kept.contains(path.toString()));
        return new DiskEviction(host, host, staying, budget);
    }

    private ModelOutcome evict() {
        try {
            return eviction().evict(model);
        } catch (InterruptedException stop) {
            throw new AssertionError(stop);
        }
    }

    private FakeTwin file(int number) {
        return (FakeTwin) model.twins().get(number);
    }

    @AfterEach
    void nothingIsHeld() {
        assertThat(host.openDescriptors()).isZero();
        assertThat(host.files.values()).noneMatch(file -> file.leased || file.held);
    }

    @Test
    void allAreOpenedThenLeasedThenHeldThenLookedAtAgainThenEmptiedTheRecordFirst() {
        ModelOutcome outcome = evict();
        assertThat(outcome.isGone()).isTrue();
        assertThat(outcome.freedBytes()).isEqualTo(90);
        assertThat(host.steps)
                .containsExactly(
                        "open /tree/llama/0",
                        "open /tree/llama/1",
                        "open /tree/llama/2",
                        "lease /tree/llama/0",
                        "lease /tree/llama/1",
                        "lease /tree/llama/2",
                        "hold /tree/llama/0",
                        "hold /tree/llama/1",
                        "hold /tree/llama/2",
                        "still /tree/llama/0",
                        "still /tree/llama/1",
                        "still /tree/llama/2",
                        "ask /tree/llama/0",
                        "ask /tree/llama/1",
                        "ask /tree/llama/2",
                        "record /tree/llama/0",
                        "punch /tree/llama/0",
                        "punch /tree/llama/0",
                        "release /tree/llama/0",
                        "ask /tree/llama/1",
                        "ask /tree/llama/2",
                        "record /tree/llama/1",
                        "punch /tree/llama/1",
                        "punch /tree/llama/1",
                        "release /tree/llama/1",
                        "ask /tree/llama/2",
                        "record /tree/llama/2",
                        "punch /tree/llama/2",
                        "punch /tree/llama/2",
                        "release /tree/llama/2");
        assertThat(host.files.values()).allSatisfy(file -> {
            assertThat(file.marked).isTrue();
            assertThat(file.blocks).isZero();
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void aModelOfWhichSomebodyHasOneFileIsLeftWhole(int number) {
        FakeTwin.Opener reader = file(number).open();
        ModelOutcome outcome = evict();
        assertThat(outcome.stayed()).isEqualTo(Stayed.OPEN);
        assertThat(outcome.why()).isEqualTo("open");
        assertUntouched();
        reader.close();
        assertThat(evict().isGone()).isTrue();
    }

    @Test
    void whatIsKeptOrBeingLoadedIsNotEvenOpened() {
        kept.add("/tree/llama/2");
        assertThat(evict().stayed()).isEqualTo(Stayed.KEPT);
        kept.clear();
        loading = true;
        assertThat(evict().stayed()).isEqualTo(Stayed.LOADING);
        assertThat(host.steps).isEmpty();
        assertUntouched();
    }

    /** Whenever he comes, he reads what is right or is told to wait; and where he came before the first byte went, all stays. */
    @Test
    void anOpenerAtAnyMomentNeverReadsZeros() {
        evict();
        int all = host.steps.size();
        for (int at = 1; at <= all; at++) {
            for (int number = 0; number < 3; number++) {
                DiskEvictionTest other = new DiskEvictionTest();
                other.comesAt(at, number);
                other.nothingIsHeld();
            }
        }
    }

    private void comesAt(int at, int number) {
        List<FakeTwin.Opener> openers = new ArrayList<>();
        host.others = () -> {
            if (host.steps.size() == at) {
                openers.add(file(number).open());
            }
            assertThat(openers).as("step " + host.steps).allMatch(FakeTwin.Opener::readsRight);
        };
        ModelOutcome outcome = evict();
        String when = "opened file " + number + " at step " + at + " " + host.steps;
        assertThat(openers).as(when).hasSize(1).allMatch(FakeTwin.Opener::readsRight);
        boolean began = host.steps.stream().anyMatch(step -> step.startsWith("record"));
        if (!began) {
            assertThat(outcome.stayed()).as(when).isEqualTo(Stayed.OPEN);
            assertUntouched();
        }
        for (int i = 0; i < 3; i++) {
            // every file is whole and needs no gate, or empty, known to be, and marked
            FakeTwin file = file(i);
            boolean whole = file.complete
                    && file.recordSaysComplete
                    && file.blocks == file.identity().sizeBytes();
            boolean empty = !file.complete && !file.recordSaysComplete && file.blocks == 0 && file.marked;
            assertThat(whole || empty).as(when).isTrue();
            assertThat(whole && file.marked).as(when).isFalse();
        }
        assertThat(outcome.isGone()).isEqualTo(outcome.freedBytes() == 90);
    }

    @Test
    void whoComesWhileFilesGoSavesTheRestAndItIsSaid() {
        host.others = () -> {
            if (host.steps.getLast().equals("release /tree/llama/0")) {
                file(2).open();
            }
        };
        ModelOutcome outcome = evict();
        assertThat(outcome.why()).isEqualTo("open: opened meanwhile");
        assertThat(outcome.freedBytes()).isEqualTo(40);
        assertThat(file(1).blocks).isEqualTo(30);
        assertThat(file(1).marked).isFalse();
        assertThat(file(0).marked).isTrue();
    }

    /** Each step fails, and everything after it too: cleaning up must not depend on what just failed. */
    @Test
    void whateverFailsEveryByteIsRightOrMissing() {
        evict();
        int all = host.steps.size();
        for (int at = 1; at <= all; at++) {
            DiskEvictionTest other = new DiskEvictionTest();
            other.host.failAt = at;
            ModelOutcome outcome = other.evict();
            if (at < all) { // all is done before the last one
                assertThat(outcome.stayed()).as("step " + at).isEqualTo(Stayed.FAILED);
                assertThat(outcome.why()).contains("EIO");
            }
            other.assertRightOrMissing(at);
            other.nothingIsHeld();
        }
    }

    /** The process ends at each step: marks that a keeper holds stay, what was told to the disk stays. */
    @Test
    void wheneverItEndsEveryByteIsRightOrMissing() {
        evict();
        int all = host.steps.size();
        for (int at = 1; at <= all; at++) {
            DiskEvictionTest other = new DiskEvictionTest();
            other.host.dieAt = at;
            try {
                other.evict();
            } catch (DiskHost.Died ended) {
                other.assertRightOrMissing(at);
                continue;
            }
            throw new AssertionError("did not end at " + at);
        }
    }

    private void assertRightOrMissing(int at) {
        for (FakeTwin file : host.files.values()) {
            boolean allThere = file.blocks == file.identity().sizeBytes();
            // a restart believes the record
            assertThat(allThere || !file.recordSaysComplete).as("step " + at).isTrue();
            // this daemon, and a gate that outlives it, believe the mark
            assertThat(allThere || file.marked && !file.complete)
                    .as("step " + at)
                    .isTrue();
        }
    }

    @Test
    void aFileThatIsGoneOrAnotherOneByNowHasNothingToGive() {
        host.files.remove(file(0).local());
        file(1).replaced();
        ModelOutcome outcome = evict();
        assertThat(outcome.isGone()).isTrue();
        assertThat(outcome.freedBytes()).isEqualTo(20);
        assertThat(file(1).blocks).isEqualTo(30);
    }

    @Test
    void aDescriptorOfOurOwnIsThereForAMomentOnly() {
        host.others = () -> {
            if (host.steps.size() == 4) {
                file(0).ours++; // a listener of ours takes the event of our own open
            } else if (host.steps.size() == 5) {
                file(0).ours--;
            }
        };
        assertThat(evict().isGone()).isTrue();
        assertThat(host.steps).filteredOn(step -> step.startsWith("lease")).hasSize(4);
    }

    private void assertUntouched() {
        for (FakeTwin file : host.files.values()) {
            assertThat(file.complete && file.recordSaysComplete && !file.marked).isTrue();
            assertThat(file.blocks).isEqualTo(file.identity().sizeBytes());
        }
    }
}
