package dev.nowake.agent.mirror.evict;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.agent.mirror.evict.ModelOutcome.Stayed;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How a model leaves the disk, file by file, and what is left when somebody comes or a file fails. */
class DiskEvictionTest {
    private final DiskHost host = new DiskHost();
    private final MirroredModel model = host.model("llama", 40, 30, 20);
    private final Set<String> kept = new HashSet<>();
    private boolean loading;

    private ModelOutcome evict() {
        DiskBudget budget =
                new DiskBudget(new DiskLimits(100L, 0L, 0), () -> List.of(model), host, host, System::nanoTime);
        Staying staying = new Staying(host, twin -> loading, path -> kept.contains(path.toString()));
        try {
            return new DiskEviction(host, staying, budget).evict(model);
        } catch (InterruptedException stop) {
            throw new AssertionError(stop);
        }
    }

    private FakeTwin file(int number) {
        return (FakeTwin) model.twins().get(number);
    }

    private long blocks() {
        return host.files.values().stream().mapToLong(file -> file.blocks).sum();
    }

    @Test
    void nobodyHasAnyOfItAndThenFileByFile() {
        ModelOutcome outcome = evict();
        assertThat(outcome.isGone()).isTrue();
        assertThat(outcome.freedBytes()).isEqualTo(90);
        assertThat(host.steps)
                .containsExactly(
                        "open /tree/llama/0",
                        "open /tree/llama/1",
                        "open /tree/llama/2",
                        "empty /tree/llama/0",
                        "empty /tree/llama/1",
                        "empty /tree/llama/2");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void aModelOfWhichSomebodyHasOneFileIsLeftWhole(int number) {
        file(number).openers = 1;
        ModelOutcome outcome = evict();
        assertThat(outcome.stayed()).isEqualTo(Stayed.OPEN);
        assertThat(outcome.why()).isEqualTo("open");
        assertThat(host.steps).noneMatch(step -> step.startsWith("empty"));
        assertThat(blocks()).isEqualTo(90);
        file(number).openers = 0;
        assertThat(evict().isGone()).isTrue();
    }

    @Test
    void whatIsKeptOrBeingLoadedIsNotEvenLookedAt() {
        kept.add("/tree/llama/2");
        assertThat(evict().stayed()).isEqualTo(Stayed.KEPT);
        kept.clear();
        loading = true;
        assertThat(evict().stayed()).isEqualTo(Stayed.LOADING);
        assertThat(host.steps).isEmpty();
    }

    @Test
    void whoComesWhileFilesGoSavesTheRestAndItIsSaid() {
        host.others = () -> {
            if (host.steps.getLast().equals("empty /tree/llama/0")) {
                file(1).openers = 1;
            }
        };
        ModelOutcome outcome = evict();
        assertThat(outcome.why()).isEqualTo("open: opened meanwhile");
        assertThat(outcome.freedBytes()).isEqualTo(40);
        assertThat(blocks()).isEqualTo(50);
    }

    @Test
    void whoComesInTheVeryMomentKeepsWhatHeHasAndItIsNotCountedAsFree() {
        host.opened.add(file(1).local());
        ModelOutcome outcome = evict();
        assertThat(outcome.why()).isEqualTo("open: opened meanwhile, its space is free when it is closed");
        assertThat(outcome.freedBytes()).isEqualTo(60);
    }

    @Test
    void aFileThatFailsEndsIt() {
        host.broken.add(file(1).local());
        ModelOutcome outcome = evict();
        assertThat(outcome.why()).isEqualTo("failed: open: ENOSPC (28)");
        assertThat(outcome.freedBytes()).isEqualTo(40);
        assertThat(blocks()).isEqualTo(50);
    }

    @Test
    void aFileThatIsGoneOrEmptyHasNothingToGive() {
        host.files.remove(file(0).local());
        file(1).blocks = 0;
        assertThat(evict().freedBytes()).isEqualTo(20);
        assertThat(host.steps).filteredOn(step -> step.startsWith("empty")).containsExactly("empty /tree/llama/2");
    }

    /** A listener of ours has taken the event of our own open, and its descriptor with it. */
    @Test
    void aDescriptorOfOurOwnIsThereForAMomentOnly() {
        host.others = () -> file(0).openers = host.steps.size() == 1 ? 1 : 0;
        assertThat(evict().isGone()).isTrue();
    }
}
