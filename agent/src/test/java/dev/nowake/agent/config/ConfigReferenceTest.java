package dev.nowake.agent.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.nowake.agent.decide.PolicyRegistry;
import dev.nowake.agent.decide.PolicySources;
import dev.nowake.policy.builtin.TraceSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** The reference page and the schema are made from the code, and the schema takes what the reader takes. */
class ConfigReferenceTest {
    private static final Path REPOSITORY = Path.of("..").toAbsolutePath().normalize();

    private static final YAMLMapper YAML = new YAMLMapper();

    private static final Schema SCHEMA = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
            .getSchema(ConfigSchema.text());

    private static final PolicyRegistry POLICIES = new PolicyRegistry(PolicySources.of(List.of(), TraceSource.NONE));

    @TempDir
    Path folder;

    @AfterAll
    static void close() {
        POLICIES.close();
    }

    /** With {@code -Dnowake.regenerate} it writes them instead. */
    @Test
    void theCommittedPagesAreWhatTheCodeSays() throws IOException {
        committed("docs/configuration-reference.md", ConfigReference.text());
        committed("docs/nowake.schema.json", ConfigSchema.text());
    }

    private static void committed(String name, String made) throws IOException {
        Path file = REPOSITORY.resolve(name);
        if (System.getProperty("nowake.regenerate") != null) {
            Files.writeString(file, made);
        }
        assertThat(Files.exists(file) ? Files.readString(file) : "")
                .as(name + " differs from the code: make it anew with ./mvnw -pl agent -am test"
                        + " -Dtest=ConfigReferenceTest -Dnowake.regenerate -Dsurefire.failIfNoSpecifiedTests=false")
                .isEqualTo(made);
    }

    @Test
    void everyKeyIsToldOnce() {
        assertThat(KeyTable.ALL).extracting(ConfigKey::path).doesNotHaveDuplicates();
        assertThat(KeyTable.ALL).allSatisfy(key -> {
            assertThat(ConfigReference.text()).contains("| `" + key.name() + "` | ");
            assertThat(key.what()).isNotBlank();
        });
    }

    @Test
    void everyExampleIsTaken() throws Exception {
        for (ConfigKey<?> key : KeyTable.ALL) {
            String text = inPlace(key.parent(), key.name() + ": " + key.example());
            assertThat(schemaErrors(text)).as(key.path()).isEmpty();
            assertThat(readerErrors(text)).as(key.path() + " in " + text).isEmpty();
        }
    }

    /** A file with nothing but one key. */
    private static String inPlace(String parent, String entry) {
        String name = entry.substring(0, entry.indexOf(':'));
        return switch (parent) {
            case "" -> entry;
            case "roots[]" -> "roots: [{" + (name.equals("path") ? "" : "path: /m, ") + entry + "}]";
            case "rules[]" -> "rules: [{" + (name.equals("policy") ? "" : "policy: load-and-release, ") + entry + "}]";
            case "mirrors[]" ->
                "mirrors: [{" + (name.equals("remote") ? "" : "remote: /mnt/far, ")
                        + (name.equals("local") ? "" : "local: /near, ") + entry + "}]";
            case "rules[].match" -> "rules: [{policy: none, match: {" + entry.replace("user: 1000", "user: 0") + "}}]";
            case "rules[].fallback" ->
                "rules: [{policy: none, fallback: {" + (name.equals("policy") ? "" : "policy: load-and-release, ")
                        + entry + "}}]";
            default -> parent + ": {" + entry + "}";
        };
    }

    /** What stands in the repository: files, and the blocks of the documents that are a configuration. */
    static Stream<String> samples() throws IOException {
        List<String> all = new ArrayList<>();
        for (String name : List.of("systemd/nowake.yaml", "systemd/vendor.yaml", "samples/numa/nowake.yaml")) {
            all.add(Files.readString(REPOSITORY.resolve(name)));
        }
        List<Path> pages = new ArrayList<>(List.of(REPOSITORY.resolve("README.md")));
        try (Stream<Path> docs = Files.walk(REPOSITORY.resolve("docs"))) {
            docs.filter(page -> page.toString().endsWith(".md")).forEach(pages::add);
        }
        all.add(uncommented(Files.readString(REPOSITORY.resolve("systemd/nowake.yaml"))));
        Pattern top = Pattern.compile("(?m)^(mode|roots|rules|mirrors|policies|inFlight|metrics|journal|control):");
        for (Path page : pages) {
            Matcher block = Pattern.compile("(?s)```yaml\n(.*?)```").matcher(Files.readString(page));
            while (block.find()) {
                if (top.matcher(block.group(1)).find()) {
                    all.add(block.group(1));
                }
            }
        }
        return all.stream();
    }

    /** With everything switched on that only needs its {@code #} taken away. */
    private static String uncommented(String shipped) {
        return shipped.replaceAll(
                "(?m)^( *)# (?=(- |  |rules:|mirrors:|policies:|inFlight:|journal:|metrics:|control:))", "$1");
    }

    @ParameterizedTest
    @MethodSource("samples")
    void everySampleIsTakenByBoth(String text) throws Exception {
        assertThat(schemaErrors(text)).as(text).isEmpty();
        assertThat(readerErrors(text)).as(text).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "mod: enforce",
                "mode: Enforce",
                "mode: [enforce]",
                "[1, 2]",
                "just words",
                "roots: /models",
                "roots: {path: /models}",
                "roots: ['/models']",
                "roots: [{policy: none}]",
                "roots: [{path: models}]",
                "roots: [{path: /m, mode: maybe}]",
                "roots: [{path: /m, enabled: maybe}]",
                "roots: [{path: /m, args: {window: [1GiB]}}]",
                "roots: [{path: /m, args: [1]}]",
                "policies: /p",
                "policies: [p]",
                "inFlight: {max: 64}",
                "inFlight: {max: 64 XiB}",
                "inFlight: 64MiB",
                "inFlight: {mountmax: 1GiB}",
                "rules: {policy: none}",
                "rules: [none]",
                "rules: [{mode: observe}]",
                "rules: [{policy: [none]}]",
                "rules: [{policy: none, name: ''}]",
                "rules: [{policy: none, match: [x]}]",
                "rules: [{policy: none, match: {comand: x}}]",
                "rules: [{policy: none, match: {command: }}]",
                "rules: [{policy: none, match: {path: []}}]",
                "rules: [{policy: none, match: {path: ''}}]",
                "rules: [{policy: none, match: {format: gguv}}]",
                "rules: [{policy: none, match: {size: 10}}]",
                "rules: [{policy: none, match: {size: '10GiB'}}]",
                "rules: [{policy: none, fallback: {}}]",
                "mirrors: {remote: /a, local: /b}",
                "mirrors: [/a]",
                "mirrors: [{remote: /a}]",
                "mirrors: [{local: /b}]",
                "mirrors: [{remote: a, local: /b}]",
                "mirrors: [{remote: /a, local: b}]",
                "mirrors: [{remote: /a, local: /b, name: a/b}]",
                "mirrors: [{remote: /a, local: /b, name: ..}]",
                "mirrors: [{remote: /a, local: /b, budget: 10}]",
                "mirrors: [{remote: /a, local: /b, timeout: 10}]",
                "mirrors: [{remote: /a, local: /b, vanished: maybe}]",
                "mirrors: [{remote: /a, local: /b, unreachable: keep}]",
                "mirrors: [{remote: /a, local: /b, streams: many}]",
                "mirrors: [{remote: /a, local: /b, lookahead: '-1'}]",
                "mirrors: [{remote: /a, local: /b, verify: maybe}]",
                "mirrors: [{remote: /a, local: /b, etagAttribute: etag}]",
                "mirrors: [{remote: /a, local: /b, mode: maybe}]",
                "metrics: {listen: [9469]}",
                "metrics: {listen: ':9469'}",
                "metrics: {textfile: nowake.prom}",
                "metrics: {textfile: /run/nowake}",
                "metrics: {modelLabel: maybe}",
                "journal: {age: 14}",
                "journal: {age: '14'}",
                "journal: {age: 12h1d}",
                "journal: {size: 10}",
                "control: {group: 1000}",
                "control: {group: 'a b'}",
                "control: [nowake]",
            })
    void whatIsWrongIsRefusedByBoth(String text) throws Exception {
        assertThat(readerErrors(text)).as(text).isNotEmpty();
        assertThat(schemaErrors(text)).as(text).isNotEmpty();
    }

    /** An editor must not complain of what the daemon takes. */
    @Property(tries = 300)
    void theSchemaRefusesNoValueThatTheReaderTakes(
            @ForAll
                    @StringLength(max = 12)
                    @Chars({'1', '0', 'M', 'i', 'B', '.', ' ', 'd', 'h', ':', 'a', '/', '>', '_', '['})
                    String text) {
        for (ValueType<?> type : List.of(Values.SIZE, Values.TIME, Values.LISTEN, Values.GROUP, Values.TEXTFILE)) {
            try {
                type.reader().apply(text);
            } catch (IllegalArgumentException refused) {
                continue;
            }
            assertThat(Pattern.compile(type.pattern()).matcher(text).find())
                    .as(type.name() + " '" + text + "'")
                    .isTrue();
        }
        boolean range = true;
        try {
            SizeRange.parse(text);
        } catch (IllegalArgumentException refused) {
            range = false;
        }
        assertThat(!range
                        || Pattern.compile(Values.SIZES.pattern()).matcher(text).find())
                .as(text)
                .isTrue();
    }

    private static List<String> schemaErrors(String yaml) {
        JsonNode document = YAML.readTree(yaml);
        return SCHEMA.validate(document == null || document.isMissingNode() ? YAML.nullNode() : document).stream()
                .map(Object::toString)
                .toList();
    }

    private List<String> readerErrors(String yaml) throws IOException {
        try {
            ConfigFile.load(
                    null,
                    Files.writeString(folder.resolve("nowake.yaml"), yaml),
                    KnownPolicies.of(POLICIES::policy, POLICIES::names));
            return List.of();
        } catch (ConfigException wrong) {
            return wrong.getMessage().lines().toList();
        }
    }
}
