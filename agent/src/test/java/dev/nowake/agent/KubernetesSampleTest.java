package dev.nowake.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import dev.nowake.agent.cli.Main;
import dev.nowake.agent.execute.HostMappings;
import dev.nowake.kernel.linux.LinuxKernel;
import io.kubernetes.client.openapi.models.V1DaemonSet;
import io.kubernetes.client.openapi.models.V1Namespace;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** The sample manifests: as Kubernetes describes its objects, whole, and with a configuration the daemon takes. */
class KubernetesSampleTest {
    private static final Path SAMPLES = Path.of("../samples/kubernetes");

    @Test
    void theDaemonSetHasOnlyKeysKubernetesKnows() throws IOException {
        V1DaemonSet.validateJsonElement(manifest("base/daemonset.yaml"));
        V1Namespace.validateJsonElement(manifest("base/namespace.yaml"));
    }

    @Test
    void theCheckSeesAMisspeltKeyDeepDown() throws IOException {
        String good = Files.readString(SAMPLES.resolve("base/daemonset.yaml"));
        JsonElement bad = json(good.replace("mountPropagation:", "mountPropogation:"));

        assertThatThrownBy(() -> V1DaemonSet.validateJsonElement(bad)).hasMessageContaining("mountPropogation");
    }

    @Test
    void everyVolumeThatIsMountedIsThereAndEveryConfigMapIsMade() throws IOException {
        JsonNode pod = yaml("base/daemonset.yaml").at("/spec/template/spec");
        List<String> mounted = names(pod.at("/containers/0/volumeMounts"), "/name");

        assertThat(mounted).hasSizeGreaterThan(5).hasSameElementsAs(names(pod.get("volumes"), "/name"));
        assertThat(names(yaml("base/kustomization.yaml").get("configMapGenerator"), "/name"))
                .hasSameElementsAs(names(pod.get("volumes"), "/configMap/name"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"base", "observe", "enforce"})
    void whatAKustomizationNamesIsThere(String folder) throws IOException {
        JsonNode kustomization = yaml(folder + "/kustomization.yaml");
        List<String> files = new ArrayList<>(names(kustomization.get("resources"), ""));
        kustomization.path("configMapGenerator").forEach(map -> files.addAll(names(map.get("files"), "")));

        assertThat(files)
                .isNotEmpty()
                .allSatisfy(file -> assertThat(SAMPLES.resolve(folder, file)).exists());
    }

    @ParameterizedTest
    @ValueSource(strings = {"base", "enforce"})
    void theDaemonTakesTheConfiguration(String folder, @TempDir Path policies) throws IOException {
        // The folder of policies is the container's.
        String text = Files.readString(SAMPLES.resolve(folder, "nowake.yaml"));
        Path file = Files.writeString(
                policies.resolve("nowake.yaml"), text.replace("/etc/nowake/policies", policies.toString()));
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8);

        int status = new Main(LinuxKernel::open, new HostMappings(), out, out, false)
                .run("config", "check", "--config", file.toString());

        assertThat(said.toString(StandardCharsets.UTF_8)).startsWith("good");
        assertThat(status).isZero();
    }

    private static List<String> names(JsonNode list, String pointer) {
        List<String> names = new ArrayList<>();
        list.forEach(each -> {
            JsonNode name = each.at(pointer);
            if (name.isString()) {
                names.add(name.asString());
            }
        });
        return names;
    }

    private static JsonNode yaml(String file) throws IOException {
        return new YAMLMapper().readTree(Files.readString(SAMPLES.resolve(file)));
    }

    private static JsonElement manifest(String file) throws IOException {
        return json(Files.readString(SAMPLES.resolve(file)));
    }

    private static JsonElement json(String yaml) {
        return JsonParser.parseString(new YAMLMapper().readTree(yaml).toString());
    }
}
