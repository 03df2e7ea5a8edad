package dev.nowake.agent.decide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.nowake.agent.observe.Counter;
import dev.nowake.agent.observe.Counters;
import dev.nowake.agent.observe.Journal;
import dev.nowake.model.FileId;
import dev.nowake.model.Format;
import dev.nowake.model.Model;
import dev.nowake.model.Shard;
import dev.nowake.policy.Hook;
import dev.nowake.policy.HostView;
import dev.nowake.policy.LoadView;
import dev.nowake.policy.PolicyFailure;
import dev.nowake.policy.PolicyInput;
import dev.nowake.policy.PolicyUnit;
import dev.nowake.policy.Trigger;
import dev.nowake.policy.builtin.BuiltinPolicies;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A decider with a folder of fake policies, an engine's thread, and eyes on what is counted and told. */
final class Stage implements AutoCloseable {
    static final Duration SOON = Duration.ofSeconds(10);

    /** A shipped policy that cannot be loaded. */
    static final String BROKEN = "shipped-broken";

    final Path policies;
    final Counters counters = new Counters();
    final PolicyRegistry registry;
    final Decider decider;
    final ExecutorService engine = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("test-engine").daemon().factory());
    private final Path lines;
    private final Journal journal;

    /** {@code texts}: one policy each, {@code NAME BEHAVIOUR}, in files named by the policy. */
    Stage(Path folder, String... texts) throws IOException {
        policies = Files.createDirectories(folder.resolve("policies"));
        for (String text : texts) {
            Files.writeString(policies.resolve(text.split(" ")[0] + ".js"), text);
        }
        lines = folder.resolve("journal.jsonl");
        journal = new Journal(lines, counters);
        registry = new PolicyRegistry(new PolicySources(
                BuiltinPolicies.all(),
                Map.of(BROKEN, Stage::broken),
                List.of(policies),
                Map.of(".js", FakeUnit::load)));
        decider = new Decider(registry, counters, journal);
    }

    private static PolicyUnit broken() {
        throw new PolicyFailure(PolicyFailure.Kind.INVALID, "built in: cannot be loaded");
    }

    /** As an editor does that writes aside and renames. */
    void write(String file, String text) throws IOException {
        Path aside = Files.writeString(policies.resolve("." + file + ".tmp"), text);
        Files.move(aside, policies.resolve(file), StandardCopyOption.ATOMIC_MOVE);
    }

    static Assignment assign(String policy) {
        return new Assignment(policy, Map.of("window", 7L), "whole-file", Map.of());
    }

    static PolicyInput input(Trigger trigger) {
        Model model = new Model("llama", Format.GGUF, List.of(new Shard(new FileId(1, 2), 0, "a.gguf", 1000)));
        LoadView load = new LoadView(List.of(), 1, false, true);
        return new PolicyInput(trigger, null, model, load, new HostView(1 << 30, 1 << 29, 1 << 29), Map.of());
    }

    CompletableFuture<Plan> ask(String policy, Trigger trigger) {
        CompletableFuture<Plan> answer = new CompletableFuture<>();
        decider.ask(assign(policy), Hook.PREFETCH, input(trigger), engine, plan -> {
            assertThat(answer.complete(plan)).as("answered once").isTrue();
        });
        return answer;
    }

    Plan tryOut(String policy) throws Exception {
        CompletableFuture<Plan> answer = new CompletableFuture<>();
        decider.tryOut(assign(policy), Hook.PREFETCH, input(Trigger.OPEN), engine, answer::complete);
        return answer.get(10, TimeUnit.SECONDS);
    }

    Plan plan(String policy) throws Exception {
        return ask(policy, Trigger.OPEN).get(10, TimeUnit.SECONDS);
    }

    long count(Counter counter) {
        return counters.get(counter);
    }

    List<JsonNode> journal(String kind) {
        try (Stream<String> all = Files.lines(lines)) {
            return all.filter(line -> line.endsWith("}"))
                    .map(JsonMapper.shared()::readTree)
                    .filter(line -> kind.equals(line.path("kind").asString()))
                    .toList();
        } catch (IOException unreadable) {
            throw new AssertionError(unreadable);
        }
    }

    void awaitJournal(String kind, String text) {
        await(text)
                .atMost(SOON)
                .untilAsserted(() -> assertThat(journal(kind))
                        .anySatisfy(line -> assertThat(line.toString()).contains(text)));
    }

    /** The status line of a policy or a broken file. */
    JsonNode status(String name) {
        for (JsonNode line : JsonMapper.shared().<JsonNode>valueToTree(registry.status())) {
            if (line.path("name").asString().equals(name)) {
                return line;
            }
        }
        return JsonMapper.shared().createObjectNode();
    }

    void awaitState(String name, String state) {
        await(name + " " + state)
                .atMost(SOON)
                .untilAsserted(() ->
                        assertThat(status(name).path("state").asString("")).isEqualTo(state));
    }

    @Override
    public void close() {
        registry.close();
        engine.shutdownNow();
        journal.close();
    }
}
