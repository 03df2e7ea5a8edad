package dev.nowake.policy.builtin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nowake.model.FileId;
import dev.nowake.model.RangeSet;
import dev.nowake.policy.FileView;
import dev.nowake.policy.Node;
import dev.nowake.policy.PolicyInput;
import dev.nowake.policy.Step;
import dev.nowake.policy.Trigger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class ReplayPolicyTest {
    private static final long MIB = 1L << 20;

    private static final String TRACE = "/traces/m.txt";

    @Test
    void theTracesOrderIsTheOrderOfPrefetch() {
        Situation situation = Situation.of(100, 100).opened(0).window(75);
        List<ReplayStep> trace = List.of(
                new ReplayStep("shard1", 50, 10, 1),
                new ReplayStep("elsewhere", 0, 100, 1),
                new ReplayStep("shard0", 0, 40, -1),
                new ReplayStep("shard1", 60, 500, 0));
        assertThat(replay(trace).prefetch(input(situation)))
                .allSatisfy(step -> assertThat(((Step.Prefetch) step).node()).isEqualTo(Node.READER));
        assertThat(replay(trace).prefetch(input(situation.arg("node", "trace"))))
                .containsExactly(
                        new Step.Prefetch(id(1), 50, 10, new Node.Number(1), 0, "next in the trace"),
                        new Step.Prefetch(id(0), 0, 40, Node.READER, 0, "next in the trace"),
                        new Step.Prefetch(id(1), 60, 25, new Node.Number(0), 0, "next in the trace"));
    }

    @Test
    void whatWasReadIsNotAskedForAgain() {
        Situation situation = Situation.of(100).frontier(0, 30).window(20);
        List<ReplayStep> trace = List.of(new ReplayStep("shard0", 0, 40, -1), new ReplayStep("shard0", 60, 40, -1));
        assertThat(replay(trace).prefetch(input(situation)))
                .extracting(step -> ((Step.Prefetch) step).offsetBytes())
                .containsExactly(30L, 60L);
    }

    @Test
    void theTraceIsAskedForByTheRulesName() {
        List<String> asked = new ArrayList<>();
        ReplayPolicy policy = new ReplayPolicy(path -> {
            asked.add(path);
            return Optional.empty();
        });
        policy.prefetch(input(Situation.of(10).opened(0)));
        assertThat(asked).containsExactly(TRACE);
    }

    @Test
    void withoutATraceThatFitsItIsLoadAndRelease() {
        Situation situation = Situation.of(10, 10).opened(0).window(100);
        PolicyInput input = input(situation);
        List<Step> expected = new LoadAndReleasePolicy().prefetch(input);
        assertThat(new ReplayPolicy(TraceSource.NONE).prefetch(input)).isEqualTo(expected);
        assertThat(replay(List.of(new ReplayStep("elsewhere", 0, 1, 0))).prefetch(input))
                .isEqualTo(expected);
        assertThat(new ReplayPolicy(TraceSource.NONE).evict(input(situation.withEnded())))
                .hasSize(2);
        assertThat(new ReplayPolicy(TraceSource.NONE).evict(input)).isEmpty();
        PolicyInput pressed =
                input(Situation.of(1024 * MIB).frontier(0, 1024 * MIB).withTrigger(Trigger.PRESSURE));
        assertThat(new ReplayPolicy(TraceSource.NONE).evict(pressed))
                .isNotEmpty()
                .isEqualTo(new LoadAndReleasePolicy().evict(pressed));
    }

    @Test
    void aMountThatDropsPagesAtOpensGetsOnlyTheFileBeingRead() {
        Situation situation = Situation.of(10, 10).opened(1).window(100).withoutKeptPages();
        List<ReplayStep> trace = List.of(new ReplayStep("shard0", 0, 10, 0), new ReplayStep("shard1", 0, 10, 0));
        assertThat(replay(trace).prefetch(input(situation)))
                .extracting(step -> ((Step.Prefetch) step).file())
                .containsExactly(id(1));
    }

    @Test
    void behindTheReaderGoesWhatIsNotReadAgain() {
        long size = 1024 * MIB;
        List<ReplayStep> trace = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            trace.add(new ReplayStep("shard0", i * 128 * MIB, 128 * MIB, -1));
        }
        trace.add(new ReplayStep("shard1", 0, 128 * MIB, -1));
        Situation situation = Situation.of(size, size).frontier(0, size).withTrigger(Trigger.PROGRESS);
        assertThat(evicted(replay(trace), situation)).isEqualTo(RangeSet.between(0, size - 256 * MIB));
        trace.add(new ReplayStep("shard0", 128 * MIB, 2 * size, -1)); // the trace comes back to all but its start
        Situation half = Situation.of(size, size).frontier(0, size / 2).withTrigger(Trigger.PROGRESS);
        assertThat(evicted(replay(trace), half)).isEqualTo(RangeSet.between(0, 128 * MIB));
    }

    @Test
    void aStepThatIsNoRangeIsRefused() {
        assertThatThrownBy(() -> new ReplayStep("a", -1, 5, 0)).hasMessage("not a range: 5 bytes at -1 of a");
        assertThatThrownBy(() -> new ReplayStep("a", 0, 0, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new ReplayStep("a", 2, Long.MAX_VALUE, 0))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Property(tries = 500)
    void onlyWhatEveryReaderHasReadAndTheTraceLeavesBehindGoes(
            @ForAll("loads") Situation situation, @ForAll("traces") List<ReplayStep> trace) {
        if (situation.files().isEmpty()) {
            return;
        }
        Situation read = situation.loader(false, false).arg("leftovers", "keep");
        for (Step step : replay(trace).evict(input(read))) {
            Step.Evict evict = (Step.Evict) step;
            FileView file = situation.files().get((int) evict.file().inode());
            RangeSet gone = range(evict);
            assertThat(gone.minus(file.touched()).isEmpty()).isTrue();
            assertThat(gone.intersect(file.residentBefore()).isEmpty()).isTrue();
            for (ReplayStep line : trace) {
                RangeSet wanted = line.path().equals(file.path())
                        ? RangeSet.between(0, file.sizeBytes())
                                .within(line.offsetBytes(), line.offsetBytes() + line.lengthBytes())
                        : RangeSet.EMPTY;
                if (!wanted.minus(file.touched()).isEmpty()) {
                    assertThat(wanted.intersect(gone).isEmpty()).isTrue();
                }
            }
        }
    }

    private static RangeSet evicted(ReplayPolicy policy, Situation situation) {
        return RangeSet.ofAll(policy.evict(input(situation)).stream()
                .flatMap(step -> range((Step.Evict) step).ranges().stream())
                .toList());
    }

    private static RangeSet range(Step.Evict step) {
        return RangeSet.between(step.offsetBytes(), step.offsetBytes() + step.lengthBytes());
    }

    private static ReplayPolicy replay(List<ReplayStep> trace) {
        return new ReplayPolicy(path -> Optional.of(trace));
    }

    private static PolicyInput input(Situation situation) {
        return situation.arg("trace", TRACE).input();
    }

    private static FileId id(int shard) {
        return new FileId(1, shard);
    }

    @Provide
    Arbitrary<Situation> loads() {
        return Situations.any();
    }

    @Provide
    Arbitrary<List<ReplayStep>> traces() {
        return Combinators.combine(
                        Arbitraries.of("shard0", "shard1", "shard2", "elsewhere"),
                        Arbitraries.longs().between(0, 40L << 30),
                        Arbitraries.longs().between(1, 4L << 30),
                        Arbitraries.integers().between(-1, 2))
                .as(ReplayStep::new)
                .list()
                .ofMaxSize(30);
    }
}
