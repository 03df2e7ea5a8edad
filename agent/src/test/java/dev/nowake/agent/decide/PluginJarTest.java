package dev.nowake.agent.decide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.nowake.agent.trust.FileTrust;
import dev.nowake.policy.PolicyFailure;
import dev.nowake.policy.PolicyUnit;
import dev.nowake.policy.Trigger;
import dev.nowake.policy.plugin.PluginJar;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Jars as authors make them, good and bad. */
class PluginJarTest {
    private static final String NAME = "public String name() { return \"mine\"; }\n";

    @TempDir
    Path folder;

    private Path jar;

    @BeforeEach
    void name() {
        jar = folder.resolve("mine.jar");
    }

    @Test
    void aPolicyIsFoundAndCalled() throws Exception {
        PluginMaker.make(
                jar, NAME + "public List<Step> prefetch(PolicyInput in) { return Other.steps(in, \"wanted\"); }");
        List<PolicyUnit> units = PluginJar.open(jar);
        try {
            assertThat(units).singleElement().satisfies(unit -> {
                assertThat(unit.origin()).isEqualTo(jar.toString());
                assertThat(unit.isTrusted()).isFalse();
                assertThat(unit.policy().name()).isEqualTo("mine");
                assertThat(unit.policy().prefetch(Stage.input(Trigger.OPEN)))
                        .singleElement()
                        .satisfies(step -> assertThat(step.reason()).isEqualTo("wanted"));
                assertThat(unit.policy().evict(Stage.input(Trigger.CLOSE))).isEmpty();
            });
        } finally {
            units.forEach(PolicyUnit::close);
        }
    }

    @Test
    void replacingTheFileDoesNotDisturbTheRunningOne() throws Exception {
        PluginMaker.make(
                jar, NAME + "public List<Step> prefetch(PolicyInput in) { return Other.steps(in, \"wanted\"); }");
        List<PolicyUnit> units = PluginJar.open(jar);
        Files.writeString(jar, "no jar any more"); // the class Other is not loaded yet
        assertThat(units.getFirst().policy().prefetch(Stage.input(Trigger.OPEN)))
                .hasSize(1);
        units.forEach(PolicyUnit::close);
    }

    @Test
    void whatIsClosedIsCollectedAndLeavesNoFile() throws Exception {
        PluginMaker.make(
                jar, NAME + "public List<Step> prefetch(PolicyInput in) { return Other.steps(in, \"wanted\"); }");
        List<Path> before = copies();
        WeakReference<ClassLoader> loader = usedAndClosed();
        assertThat(copies()).isEqualTo(before);
        await("collected").atMost(Stage.SOON).until(() -> {
            System.gc();
            return loader.get() == null;
        });
    }

    private static List<Path> copies() throws IOException {
        try (Stream<Path> temporary = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            return temporary
                    .filter(path -> path.getFileName().toString().matches("nowake-plugin-.*\\.jar"))
                    .sorted()
                    .toList();
        }
    }

    /** Through a registry, with its thread, rehearsal and statistics. */
    private WeakReference<ClassLoader> usedAndClosed() throws Exception {
        try (Stage stage = new Stage(folder)) {
            WeakReference<ClassLoader> loader;
            Path place = stage.policies.resolve("mine.jar");
            Files.copy(jar, place);
            PolicyRegistry registry = new PolicyRegistry(PolicySources.of(List.of(stage.policies)));
            loader = new WeakReference<>(loaderOf(registry));
            assertThat(registry.problems()).isEmpty();
            Files.delete(place);
            registry.load(
                    new PolicyFolders(List.of(stage.policies), java.util.Set.of(".jar"), FileTrust.ofThisProcess())
                            .look());
            assertThat(registry.named("mine")).isNull();
            registry.close();
            await().atMost(Stage.SOON)
                    .until(() -> Thread.getAllStackTraces().keySet().stream()
                            .noneMatch(thread -> thread.getName().equals("nowake-policy-mine")));
            return loader;
        }
    }

    /** The loader of the class that the policy's own methods come from, seen in a failure's trace. */
    private static ClassLoader loaderOf(PolicyRegistry registry) throws Exception {
        Object declared = field(registry.named("mine").unit().policy(), "declared");
        return field(declared, "plugin").getClass().getClassLoader();
    }

    private static Object field(Object owner, String name) throws Exception {
        java.lang.reflect.Field field = owner.getClass().getDeclaredField(name);
        field.setAccessible(true);
        return field.get(owner);
    }

    @Test
    void aPluginSeesTheInterfaceAndNothingElseOfNowake() throws Exception {
        PluginMaker.make(jar, NAME + """
                public String description() {
                    StringBuilder seen = new StringBuilder();
                    for (String name : new String[] {"dev.nowake.policy.Step", "dev.nowake.model.FileId",
                            "dev.nowake.policy.builtin.NonePolicy", "dev.nowake.agent.decide.Decider",
                            "tools.jackson.databind.JsonNode", "java.util.List", "java.net.http.HttpClient"}) {
                        try { Class.forName(name); seen.append(name).append(' '); } catch (ClassNotFoundException e) { }
                    }
                    return seen.toString();
                }
                """);
        List<PolicyUnit> units = PluginJar.open(jar);
        assertThat(units.getFirst().policy().description().strip())
                .isEqualTo("dev.nowake.policy.Step dev.nowake.model.FileId java.util.List java.net.http.HttpClient");
        units.forEach(PolicyUnit::close);
    }

    @Test
    void brokenJarsSayWhatIsWrong() throws Exception {
        Files.writeString(jar, "this is no zip");
        refused("mine.jar: is no jar (");
        PluginMaker.make(jar, null, NAME, name -> true);
        refused("names no policy: put the class's name into META-INF/services/dev.nowake.policy.Policy");
        PluginMaker.make(jar, "example.Missing", NAME, name -> true);
        refused("example.Missing not found");
        PluginMaker.make(jar, "example.Mine$Other", NAME, name -> true);
        refused("example.Mine$Other not a subtype");
        PluginMaker.make(jar, "java.lang.String", NAME, name -> true);
        refused("names no class of the jar");
        PluginMaker.make(jar, NAME + "public Mine() { throw new IllegalStateException(\"no licence\"); }");
        refused("example.Mine could not be instantiated: java.lang.IllegalStateException: no licence (Mine.java:");
        PluginMaker.make(jar, NAME + "public int api() { return 2; }");
        refused("example.Mine was written for version 2 of the interface, this nowake has 1");
        PluginMaker.make(jar, "public String name() { return \"My Policy\"; }");
        refused("the name 'My Policy' must be lower-case letters, digits and hyphens");
        PluginMaker.make(jar, "public String name() { return null; }");
        refused("the name 'null' must be");
        PluginMaker.make(jar, NAME + "public Map<String, Argument> arguments() { return null; }");
        refused("arguments() is null");
        PluginMaker.make(
                jar,
                "example.Mine",
                NAME + "public Map<String, Argument> arguments() { Other.steps(null, null); return Map.of(); }",
                name -> !name.contains("Other"));
        refused("example/Mine$Other");
        Files.delete(jar);
        refused("cannot be read (NoSuchFileException)");
    }

    private void refused(String why) {
        assertThatThrownBy(() -> PluginJar.open(jar))
                .isInstanceOf(PolicyFailure.class)
                .hasMessageContaining(why)
                .hasMessageContaining(jar.toString())
                .satisfies(failure -> assertThat(failure.getMessage()).doesNotContain("\n"));
    }
}
