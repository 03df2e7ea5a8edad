package dev.nowake.policy.js;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.policy.CannedInputs;
import dev.nowake.policy.PolicyInput;
import dev.nowake.policy.Step;
import dev.nowake.policy.Trigger;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** What editors and validators are told is what scripts really get and may return. */
class TypingsTest {
    private static final Pattern INTERFACE = Pattern.compile("interface (\\w+) \\{(.*?)\\n  }", Pattern.DOTALL);
    private static final Pattern MEMBER = Pattern.compile("(?m)^    (?:readonly )?(\\w+)\\??:");
    private static final Map<String, String> ACTIONS = Map.of(
            "prefetch", "PrefetchStep",
            "evict", "EvictStep",
            "evict from disk", "DiskEvictStep",
            "keep", "KeepStep",
            "compact", "CompactStep",
            "remember", "RememberStep");

    @Test
    void theInputsTypesNameWhatAScriptGets() throws IOException {
        Map<String, Set<String>> typed = typings();
        Set<String> met = new HashSet<>();
        compare(seen(CannedInputs.reading(Trigger.MISS, 4, Map.of("window", 1L))), "Input", typed, met);
        for (CannedInputs.Canned canned : CannedInputs.all(Map.of())) {
            compare(seen(canned.input()), "Input", typed, met);
        }
        assertThat(met)
                .contains(
                        "File",
                        "Range",
                        "Shard",
                        "Tensor",
                        "Load",
                        "Accelerator",
                        "OtherModel",
                        "ModelFile",
                        "HostNode",
                        "Mirror",
                        "MirroredModel",
                        "MirroredFile");
    }

    /** {@code file: File | null} of one trigger, for example. */
    private static final Pattern TOLD = Pattern.compile(
            "\\| \\(\\{ readonly trigger: ([^;]+); readonly file: ([^;]+); readonly range: ([^;]+) } & \\(?([^)]+)\\)+");

    @Test
    void whatIsSaidOfATriggerHoldsForEveryInputWithIt() throws IOException {
        Map<String, Matcher> told = new HashMap<>();
        Matcher line = TOLD.matcher(resource("policy.d.ts"));
        while (line.find()) {
            for (String trigger : line.group(1).replace("\"", "").split(" \\| ")) {
                assertThat(told.put(trigger, TOLD.matcher(line.group())))
                        .as(trigger)
                        .isNull();
            }
        }
        assertThat(told).hasSameSizeAs(Trigger.values());
        for (CannedInputs.Canned canned : CannedInputs.all(Map.of())) {
            PolicyInput input = canned.input();
            Matcher said = told.get(input.trigger().label());
            assertThat(said.matches()).isTrue();
            holds(canned.label() + ": file", said.group(2), "File", input.file());
            holds(canned.label() + ": range", said.group(3), "Range", input.range());
            holds(
                    canned.label() + ": mirror",
                    said.group(4).replaceAll("Of(Load|None)", "null"),
                    "OfDisk",
                    input.mirror());
            String about = said.group(4).replaceAll("Of(None|Disk)", "null");
            holds(canned.label() + ": model", about, "OfLoad", input.model());
            holds(canned.label() + ": load", about, "OfLoad", input.load());
        }
    }

    private static void holds(String what, String type, String name, Object value) {
        assertThat(List.of(type.split(" \\| "))).as(what).contains(value == null ? "null" : name);
    }

    /** The names of the interfaces in the typings, by the field that holds one. */
    private static final Map<String, String> HOLDERS = Map.ofEntries(
            Map.entry("Input.file", "File"),
            Map.entry("Input.range", "Range"),
            Map.entry("Input.model", "Model"),
            Map.entry("Input.load", "Load"),
            Map.entry("Input.models", "OtherModel"),
            Map.entry("Input.host", "Host"),
            Map.entry("File.touched", "Range"),
            Map.entry("File.prefetched", "Range"),
            Map.entry("File.residentBefore", "Range"),
            Map.entry("Model.shards", "Shard"),
            Map.entry("Shard.tensors", "Tensor"),
            Map.entry("Load.files", "File"),
            Map.entry("Load.accelerator", "Accelerator"),
            Map.entry("OtherModel.files", "ModelFile"),
            Map.entry("Input.mirror", "Mirror"),
            Map.entry("Mirror.models", "MirroredModel"),
            Map.entry("MirroredModel.files", "MirroredFile"),
            Map.entry("Host.pressure", "Pressure"),
            Map.entry("Host.nodes", "HostNode"));

    private static void compare(JsonNode value, String type, Map<String, Set<String>> typed, Set<String> met) {
        met.add(type);
        assertThat(new TreeSet<>(value.propertyNames())).as(type).isEqualTo(typed.get(type));
        for (String name : value.propertyNames()) {
            String held = HOLDERS.get(type + "." + name);
            JsonNode member = value.get(name);
            if (held != null && member.isArray()) {
                member.forEach(element -> compare(element, held, typed, met));
            } else if (held != null && member.isObject()) {
                compare(member, held, typed, met);
            }
        }
    }

    @Test
    void theSchemaOfTheInputHasTheSameFields() throws IOException {
        Map<String, Set<String>> typed = typings();
        JsonNode schema = json("policy-input.schema.json");
        assertThat(fields(schema)).isEqualTo(typed.get("Input"));
        for (String type : schema.get("$defs").propertyNames()) {
            JsonNode definition = schema.get("$defs").get(type);
            assertThat(fields(definition)).as(type).isEqualTo(typed.get(type));
            assertThat(definition.get("required")).as(type).hasSameSizeAs(typed.get(type));
        }
    }

    @Test
    void stepsHaveTheKeysTheHostTakes() throws IOException {
        Map<String, Set<String>> typed = typings();
        JsonNode schema = json("policy-steps.schema.json").get("$defs");
        ACTIONS.forEach((action, type) -> {
            Set<String> keys = new TreeSet<>(StepDraft.KEYS.get(action));
            assertThat(typed.get(type)).as(type).isEqualTo(keys);
            assertThat(fields(schema.get(type))).as(type).isEqualTo(keys);
        });
        assertThat(typed.get("Policy")).isEqualTo(new TreeSet<>(Declaration.KEYS));
    }

    private static Set<String> fields(JsonNode definition) {
        return new TreeSet<>(definition.get("properties").propertyNames());
    }

    private static Map<String, Set<String>> typings() throws IOException {
        Map<String, Set<String>> types = new TreeMap<>();
        Matcher matcher = INTERFACE.matcher(resource("policy.d.ts"));
        while (matcher.find()) {
            Set<String> members = new TreeSet<>();
            Matcher member = MEMBER.matcher(matcher.group(2));
            while (member.find()) {
                members.add(member.group(1));
            }
            types.put(matcher.group(1), members);
        }
        types.put("Input", types.get("InputFields")); // a union of what each trigger makes of these
        return types;
    }

    /** The input as a script sees it, by its own enumeration. */
    private static JsonNode seen(PolicyInput input) {
        try (ScriptUnit unit = ScriptUnit.ofSource("typings.js", """
                export const policy = { name: "typings", api: 1 };
                export const prefetch = input => [{ action: "remember", state: input }];
                """)) {
            List<Step> steps = unit.policy().prefetch(input);
            return new ObjectMapper().valueToTree(((Step.Remember) steps.getFirst()).state());
        }
    }

    private static JsonNode json(String name) throws IOException {
        return new ObjectMapper().readTree(resource(name));
    }

    private static String resource(String name) throws IOException {
        try (InputStream in = PolicyInput.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
