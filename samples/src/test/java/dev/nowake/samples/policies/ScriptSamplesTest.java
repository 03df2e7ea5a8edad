package dev.nowake.samples.policies;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.nowake.policy.Guard;
import dev.nowake.policy.HostView;
import dev.nowake.policy.MirrorView;
import dev.nowake.policy.MirroredModelView;
import dev.nowake.policy.Node;
import dev.nowake.policy.Policy;
import dev.nowake.policy.PolicyInput;
import dev.nowake.policy.PolicyUnit;
import dev.nowake.policy.Step;
import dev.nowake.policy.Trigger;
import dev.nowake.policy.js.ScriptUnit;
import dev.nowake.policy.sim.SimulationResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every sample in JavaScript: run on a recorded load, and asked about the moments it is for. */
class ScriptSamplesTest {
    private static final Path FOLDER = Path.of("policies");
    private static final long MIB = 1L << 20;

    /** What a rule has to give. */
    private static final Map<String, Map<String, Object>> RULES =
            Map.of("numa-pin", Map.of("node", 0L), "big-models-only", Map.of("minSize", 100 * MIB));

    private static final Map<String, PolicyUnit> UNITS = new TreeMap<>();

    @BeforeAll
    static void load() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".js")).toList()) {
                PolicyUnit unit = ScriptUnit.ofSource(file.toString(), Files.readString(file));
                UNITS.put(unit.policy().name(), unit);
            }
        }
    }

    @AfterAll
    static void close() {
        UNITS.values().forEach(PolicyUnit::close);
        UNITS.clear();
    }

    static List<String> names() {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.map(path -> path.getFileName().toString())
                    .filter(name -> name.endsWith(".js"))
                    .map(name -> name.substring(0, name.length() - 3))
                    .sorted()
                    .toList();
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    @Test
    void thereAreEightAndTheReadmeNamesEach() throws IOException {
        String readme = Files.readString(FOLDER.resolve("README.md"));
        assertThat(names()).hasSize(8).allSatisfy(name -> assertThat(readme).contains("(" + name + ".js)"));
    }

    @ParameterizedTest
    @MethodSource("names")
    void aRecordedLoadRunsThrough(String name) {
        Policy policy = policy(name);
        assertThat(policy.name()).isEqualTo(name);
        assertThat(policy.description()).isNotBlank();
        SimulationResult result = RecordedLoad.run(policy, RULES.getOrDefault(name, Map.of()));
        assertThat(result.failures()).isEmpty();
        assertThat(result.refusedSteps()).isZero();
        if (name.equals("largest-first")) {
            return; // it is about a disk
        }
        assertThat(result.prefetchedBytes()).isPositive();
        assertThat(result.readAgainBytes()).isZero();
        assertThat(result.stallSeconds())
                .isLessThan(RecordedLoad.withoutPolicy().stallSeconds());
        boolean keeps = List.of("first-and-last", "night-shift").contains(name);
        if (!keeps) {
            assertThat(result.residentAtEndBytes()).isZero();
        }
    }

    @ParameterizedTest
    @MethodSource("names")
    void anIdleHostIsNoReasonToDoAnything(String name) {
        for (Trigger trigger : EnumSet.complementOf(EnumSet.of(Trigger.DISK))) {
            PolicyInput input = picture(name).idle(trigger);
            assertThat(policy(name).prefetch(input)).isEmpty();
            assertThat(policy(name).evict(input)).isEmpty();
        }
    }

    @Test
    void nextTwoShardsIsWhatItsNameSays() {
        PolicyInput input = picture("next-two-shards").input(Trigger.OPEN);
        assertThat(prefetched("next-two-shards", input))
                .extracting(Step.Prefetch::file)
                .containsExactly(Picture.id(1), Picture.id(2));
        assertThat(policy("next-two-shards").prefetch(picture("next-two-shards").input(Trigger.PROGRESS)))
                .isEmpty();
    }

    @Test
    void firstAndLastTakesBothEnds() {
        PolicyInput input = picture("first-and-last").input(Trigger.OPEN);
        List<Guard.Checked> steps =
                Guard.check(policy("first-and-last").prefetch(input), input).accepted();
        assertThat(steps).hasSize(8);
        long size = input.load().files().getFirst().sizeBytes();
        assertThat(steps.get(0).range().ranges().getFirst().end()).isEqualTo(16 * MIB);
        assertThat(steps.get(1).range().ranges().getFirst().start()).isEqualTo(size - MIB);
        assertThat(steps.get(1).range().ranges().getFirst().end()).isEqualTo(size);
    }

    @Test
    void bigModelsOnlyLeavesSmallOnesAlone() {
        SimulationResult small = RecordedLoad.run(policy("big-models-only"), Map.of());
        assertThat(small.prefetchedBytes()).isZero();
        assertThat(small.evictedBytes()).isZero();
    }

    @Test
    void embeddingsComeBeforeAllOthers() {
        PolicyInput input = picture("embeddings-first")
                .tensors(1, "model.layers.0.w", "model.embed_tokens.weight", "lm_head.weight")
                .input(Trigger.OPEN);
        List<Step.Prefetch> steps = prefetched("embeddings-first", input);
        assertThat(steps)
                .extracting(Step::reason)
                .containsExactly("tensor model.embed_tokens.weight", "tensor lm_head.weight", "being read");
        assertThat(steps.getFirst().offsetBytes()).isEqualTo(MIB);
        assertThat(steps).extracting(Step.Prefetch::priority).containsExactly(10, 10, 0);
    }

    @Test
    void numaPinNeedsANodeThatIsThereAndHasRoom() {
        Picture picture = picture("numa-pin").arg("node", 1L);
        assertThat(prefetched("numa-pin", picture.input(Trigger.OPEN)))
                .extracting(Step.Prefetch::node)
                .containsOnly(Node.READER);
        // room for the first two shards and not for the third
        assertThat(prefetched("numa-pin", picture.node(0, 0).node(1, 140 * MIB).input(Trigger.OPEN)))
                .extracting(Step.Prefetch::node)
                .containsExactly(new Node.Number(1), new Node.Number(1), Node.READER, Node.READER);
    }

    @Test
    void gentleFollowsTheReadersRateAndPausesUnderPressure() {
        assertThat(prefetched("gentle", picture("gentle").input(Trigger.OPEN)))
                .extracting(Step.Prefetch::lengthBytes)
                .containsExactly(64 * MIB);
        PolicyInput slow =
                picture("gentle").arg("least", MIB).reader(8 * MIB, 4e6).input(Trigger.PROGRESS);
        assertThat(prefetched("gentle", slow)).singleElement().satisfies(step -> {
            assertThat(step.offsetBytes()).isEqualTo(8 * MIB);
            assertThat(step.lengthBytes()).isEqualTo(10_000_000);
            assertThat(step.priority()).isEqualTo(-10);
        });
        assertThat(prefetched("gentle", picture("gentle").pressure(11).input(Trigger.OPEN)))
                .isEmpty();
    }

    @Test
    void largestFirstFreesADiskAndNeverWhatOthersBuildOn() {
        List<MirroredModelView> models = List.of(
                mirrored(1, "small", 10, false),
                mirrored(2, "base-large", 90, false),
                mirrored(3, "busy", 80, true),
                mirrored(4, "middle", 30, false),
                mirrored(5, "large", 60, false));
        PolicyInput input = disk(new MirrorView("m", 200, 270, 1000, 0, 0, models));
        Guard.Verdict verdict = Guard.check(policy("largest-first").evict(input), input);
        assertThat(verdict.refused()).isEmpty();
        assertThat(verdict.fromDisk().stream().map(step -> step.model().name())).containsExactly("large", "middle");
        assertThat(policy("largest-first").prefetch(input)).isEmpty();
        assertThat(policy("largest-first").evict(disk(new MirrorView("m", 270, 270, 1000, 0, 0, models))))
                .isEmpty();
    }

    private static PolicyInput disk(MirrorView mirror) {
        return PolicyInput.ofDisk(
                mirror, new HostView(1, 1, 1), 0, policy("largest-first").defaults(), Map.of());
    }

    private static MirroredModelView mirrored(int number, String name, long bytes, boolean open) {
        List<MirroredModelView.MirroredFile> files =
                List.of(new MirroredModelView.MirroredFile(Picture.id(number), name, bytes, bytes));
        return new MirroredModelView(name, bytes, bytes, 0, open, false, false, files);
    }

    /** Unix time 0 was midnight. */
    @ParameterizedTest
    @CsvSource({"21.9,0", "22,8", "23.5,6.5", "24,6", "29.9,0.1", "30,0", "36,0"})
    void nightShiftKeepsUntilTheMorning(double hour, double hoursKept) {
        double now = 1000 * 86400 + hour * 3600;
        List<Step> steps = policy("night-shift")
                .evict(picture("night-shift").over().at(now).input(Trigger.CLOSE));
        assertThat(steps).hasSize(4).allSatisfy(step -> {
            if (hoursKept == 0) {
                assertThat(step).isInstanceOf(Step.Evict.class);
            } else {
                assertThat(((Step.Keep) step).untilSeconds()).isCloseTo(now + hoursKept * 3600, within(1.0));
            }
        });
    }

    private static Policy policy(String name) {
        return UNITS.get(name).policy();
    }

    private static Picture picture(String name) {
        return new Picture().args(policy(name).defaults()).args(RULES.getOrDefault(name, Map.of()));
    }

    private static List<Step.Prefetch> prefetched(String name, PolicyInput input) {
        return policy(name).prefetch(input).stream()
                .map(Step.Prefetch.class::cast)
                .toList();
    }
}
