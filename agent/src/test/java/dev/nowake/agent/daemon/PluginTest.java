package dev.nowake.agent.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.nowake.agent.config.Config;
import dev.nowake.agent.config.Mode;
import dev.nowake.agent.config.RootRule;
import dev.nowake.agent.decide.PluginMaker;
import dev.nowake.agent.decide.PolicyRegistry;
import dev.nowake.agent.decide.PolicySources;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** A policy in a jar decides about real loads, and is replaced while the daemon runs. */
@Tag("kernel")
final class PluginTest {
    @Test
    void aPluginDecidesAndItsSuccessorTakesOver() throws Exception {
        try (Rig rig = Rig.make()) {
            List<Path> shards = rig.model("llama", 32 * Rig.MIB, 2);
            Path folder = Files.createDirectory(rig.folder.resolve("policies"));
            PluginMaker.make(folder.resolve("first.jar"), policy("first", true));
            PolicyRegistry policies = new PolicyRegistry(PolicySources.of(List.of(folder)));
            assertThat(policies.problems()).isEmpty();
            Config config = new Config(Mode.ENFORCE, List.of(new RootRule(rig.root, Mode.ENFORCE, "mine", Map.of())));
            rig.start(rig.kernel, config, policies);

            Reader.load("pread", shards);
            rig.awaitLoadsDone(1);
            awaitPlan(rig, "first");
            rig.awaitReleased(shards);

            PluginMaker.make(folder.resolve("first.jar"), policy("second", false));
            rig.awaitCounter("policiesLoaded", 2);
            Reader.load("pread", shards);
            rig.awaitLoadsDone(2);
            awaitPlan(rig, "second");
            assertThat(rig.resident(shards)).as("the second one evicts nothing").isPositive();

            JsonNode status = policy(rig);
            assertThat(status.path("origin").asString()).endsWith("first.jar");
            assertThat(status.path("state").asString()).isEqualTo("ok");
            assertThat(status.path("calls").asLong()).isPositive();
            assertThat(status.path("failures").asLong()).isZero();
            assertThat(status.path("medianMicros").asDouble()).isPositive();
            assertThat(rig.counter("policyErrors")).isZero();
            assertThat(rig.counter("policyFallbacks")).isZero();
        }
    }

    private static String policy(String reason, boolean release) {
        return """
                public String name() { return "mine"; }
                public List<Step> prefetch(PolicyInput in) { return Other.steps(in, "%s"); }
                public List<Step> evict(PolicyInput in) {
                    List<Step> steps = new ArrayList<>();
                    if (%s && in.load() != null && in.load().ended()) {
                        in.load().files().forEach(file -> steps.add(Step.Evict.whole(file.id(), "%s")));
                    }
                    return steps;
                }
                """.formatted(reason, release, reason);
    }

    private static void awaitPlan(Rig rig, String reason) {
        await(reason)
                .atMost(Rig.SOON)
                .untilAsserted(() -> assertThat(rig.journal("plan")).anySatisfy(plan -> {
                    assertThat(plan.path("policy").asString()).isEqualTo("mine");
                    assertThat(plan.path("steps").toString()).contains(reason);
                }));
    }

    private static JsonNode policy(Rig rig) {
        for (JsonNode policy : rig.status().path("policies")) {
            if (policy.path("name").asString().equals("mine")) {
                return policy;
            }
        }
        throw new AssertionError("no policy 'mine' in the status");
    }
}
