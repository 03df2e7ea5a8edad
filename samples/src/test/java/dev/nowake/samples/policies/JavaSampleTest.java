package dev.nowake.samples.policies;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.model.RangeSet;
import dev.nowake.policy.Guard;
import dev.nowake.policy.Policy;
import dev.nowake.policy.PolicyInput;
import dev.nowake.policy.Step;
import dev.nowake.policy.Trigger;
import dev.nowake.policy.sim.SimulationResult;
import java.io.IOException;
import java.io.StringWriter;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The sample in Java: built as its README says, found as a plugin is. */
class JavaSampleTest {
    private static final Path SOURCES = Path.of("policies/java");
    private static final String SERVICE = "META-INF/services/dev.nowake.policy.Policy";

    @TempDir
    private Path out;

    private URLClassLoader loader;
    private Policy policy;

    @BeforeEach
    void build() throws IOException, URISyntaxException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter messages = new StringWriter();
        Path api = Path.of(
                Policy.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            boolean built = compiler.getTask(
                            messages,
                            files,
                            null,
                            List.of("--release", "25", "-Xlint:all", "-Werror", "-cp", "" + api, "-d", "" + out),
                            null,
                            files.getJavaFileObjects(SOURCES.resolve("dev/example/TensorOrderPolicy.java")))
                    .call();
            assertThat(built).as(messages.toString()).isTrue();
        }
        Files.createDirectories(out.resolve(SERVICE).getParent());
        Files.copy(SOURCES.resolve(SERVICE), out.resolve(SERVICE));
        loader = new URLClassLoader(new URL[] {out.toUri().toURL()}, getClass().getClassLoader());
        policy = ServiceLoader.load(Policy.class, loader).findFirst().orElseThrow();
    }

    @AfterEach
    void close() throws IOException {
        loader.close();
    }

    @Test
    void itSaysWhatItIs() {
        assertThat(policy.name()).isEqualTo("tensor-order");
        assertThat(policy.api()).isEqualTo(Policy.API);
        assertThat(policy.description()).isNotBlank();
        assertThat(policy.defaults()).isEqualTo(Map.of("layers", 8L));
    }

    @Test
    void tensorsComeLayerByLayer() {
        Picture picture = new Picture()
                .arg("layers", 8L)
                .tensors(0, "model.layers.10.w", "model.layers.2.w", "lm_head.weight", "model.embed_tokens.weight")
                .tensors(1, "blk.1.attn_q.weight", "blk.0.attn_q.weight");
        assertThat(names(picture.input(Trigger.OPEN)))
                .containsExactly(
                        "model.embed_tokens.weight", "blk.0.attn_q.weight", "blk.1.attn_q.weight", "model.layers.2.w");
        // the embeddings are the fourth tensor of 1 MiB: when all before them is read the plan begins behind layer 1
        assertThat(names(picture.reader(4 << 20, 0).input(Trigger.PROGRESS)))
                .containsExactly("blk.0.attn_q.weight", "blk.1.attn_q.weight");
        assertThat(names(picture.arg("layers", 1L).input(Trigger.PROGRESS))).containsExactly("blk.0.attn_q.weight");
    }

    @Test
    void stepsAreTheTensorsBytes() {
        PolicyInput input =
                new Picture().arg("layers", 8L).tensors(2, "h.0.w", "h.1.w").input(Trigger.OPEN);
        Guard.Verdict verdict = Guard.check(policy.prefetch(input), input);
        assertThat(verdict.refused()).isEmpty();
        assertThat(verdict.accepted())
                .extracting(Guard.Checked::range)
                .containsExactly(RangeSet.between(0, 1 << 20), RangeSet.between(1 << 20, 2 << 20));
    }

    @Test
    void aRecordedLoadRunsThroughAndIsReleased() {
        SimulationResult result = RecordedLoad.run(policy, Map.of());
        assertThat(result.failures()).isEmpty();
        assertThat(result.refusedSteps()).isZero();
        assertThat(result.residentAtEndBytes()).isZero();
        // no tensors are known of a trace: the loader is left to itself
        assertThat(result.prefetchedBytes()).isZero();
    }

    @Test
    void anIdleHostIsNoReasonToDoAnything() {
        for (Trigger trigger : Trigger.values()) {
            PolicyInput input = new Picture().arg("layers", 8L).idle(trigger);
            assertThat(policy.prefetch(input)).isEmpty();
            assertThat(policy.evict(input)).isEmpty();
        }
    }

    private List<String> names(PolicyInput input) {
        return policy.prefetch(input).stream().map(Step::reason).toList();
    }
}
