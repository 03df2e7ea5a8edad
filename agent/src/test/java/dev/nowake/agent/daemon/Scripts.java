package dev.nowake.agent.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.nowake.agent.config.Config;
import dev.nowake.agent.config.ConfigFile;
import dev.nowake.agent.config.KnownPolicies;
import dev.nowake.agent.decide.PolicyRegistry;
import dev.nowake.agent.decide.PolicySources;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;

/** A folder of policies in JavaScript beside a rig, and what the daemon says of them. */
final class Scripts {
    /** For what a policy has to do at a load's end. */
    static final String RELEASE = """
            export function evict({ load }) {
              return load?.ended ? load.files.map((f) => ({ file: f.id, reason: "last reader gone" })) : [];
            }
            """;

    private final Rig rig;
    private final Path folder;

    Scripts(Rig rig) throws IOException {
        this.rig = rig;
        this.folder = Files.createDirectory(rig.folder.resolve("policies"));
    }

    /** Writes or replaces a policy as an editor does: the whole file at once. */
    Scripts write(String name, String body) throws IOException {
        Path draft = Files.writeString(
                folder.resolve("." + name + ".draft"),
                "export const policy = { name: \"%s\", api: 1 };\n%s".formatted(name, body));
        Files.move(draft, folder.resolve(name + ".js"), StandardCopyOption.REPLACE_EXISTING);
        return this;
    }

    /** Starts the rig's daemon in enforce mode; {@code yaml} begins with {@code roots:}. */
    void start(String yaml) throws Exception {
        start(yaml, PolicySources.of(List.of(folder)));
    }

    void start(String yaml, PolicySources sources) throws Exception {
        PolicyRegistry policies = new PolicyRegistry(sources);
        assertThat(policies.problems()).isEmpty();
        Path file = Files.writeString(rig.folder.resolve("nowake.yaml"), "mode: enforce\n" + yaml);
        Config config = ConfigFile.read(file, KnownPolicies.of(policies::policy, policies::names));
        rig.start(rig.kernel, config, policies);
    }

    /** The root, and one policy for it; where that is too busy to answer, nothing is done until it is asked again. */
    static String only(Rig rig, String policy) {
        return "roots: [{path: %s}]\nrules: [{policy: %s, fallback: none}]\n".formatted(rig.root, policy);
    }

    /** What {@code status} says of a policy. */
    JsonNode status(String name) {
        return StreamSupport.stream(rig.status().path("policies").spliterator(), false)
                .filter(policy -> policy.path("name").asString().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no policy '" + name + "' in the status"));
    }

    /** Whether a plan of this policy gives this reason for a step. */
    boolean planned(String policy, String reason) {
        return rig.journal("plan").stream()
                .anyMatch(plan -> plan.path("policy").asString().equals(policy)
                        && plan.path("steps").toString().contains("\"" + reason + "\""));
    }

    /**
     * Pages of a model nobody reads were dropped. Told by the journal: to look at its residency opens the file, and what
     * somebody has open is left alone.
     */
    static void awaitDropped(Rig rig, String model, int files) {
        await("dropped: " + model)
                .atMost(Rig.SOON)
                .until(() -> rig.journal("release").stream()
                                .filter(line -> line.path("model").asString().equals(model)
                                        && !line.path("reason").asString().equals("last reader gone"))
                                .count()
                        >= files);
    }
}
