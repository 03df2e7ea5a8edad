package dev.nowake.agent.config;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** A JSON Schema (draft 2020-12) of one configuration file, made of {@link KeyTable}: for editors. */
public final class ConfigSchema {
    /** Texts that YAML may take for something else: a user's number, a port, a command named {@code true}. */
    private static final Set<ValueType<?>> MAY_BE_NUMBERS = new HashSet<>(MirrorKeys.MAY_BE_NUMBERS);

    static {
        Collections.addAll(MAY_BE_NUMBERS, Values.POLICY, Values.NAME, Values.PATTERN, Values.USER, Values.LISTEN);
    }

    private ConfigSchema() {}

    /** The document, which ends in a newline. */
    public static String text() {
        Map<String, Object> schema = new LinkedHashMap<>();
        schema.put("$schema", "https://json-schema.org/draft/2020-12/schema");
        schema.put("title", "nowake's configuration");
        schema.putAll(keys("", List.of()));
        schema.put("type", List.of("object", "null"));
        return JsonMapper.builder()
                        .enable(SerializationFeature.INDENT_OUTPUT)
                        .build()
                        .writeValueAsString(schema)
                        .replace("\r\n", "\n")
                + "\n";
    }

    private static Map<String, Object> keys(String path, List<String> required) {
        Map<String, Object> properties = new LinkedHashMap<>();
        for (ConfigKey<?> key : KeyTable.ALL) {
            if (key.parent().equals(path)) {
                properties.put(key.name(), property(key));
            }
        }
        Map<String, Object> schema = new LinkedHashMap<>();
        schema.put("type", "object");
        schema.put("properties", properties);
        schema.put("additionalProperties", false);
        if (!required.isEmpty()) {
            schema.put("required", required);
        }
        return schema;
    }

    private static Map<String, Object> property(ConfigKey<?> key) {
        Map<String, Object> schema = new LinkedHashMap<>();
        schema.put("description", key.what());
        if (key.absentText() != null) {
            schema.put("default", key.absentText());
        }
        boolean condition = key.path().startsWith("rules[].match");
        schema.putAll(condition ? shape(key) : orNull(shape(key)));
        return schema;
    }

    private static Map<String, Object> orNull(Map<String, Object> schema) {
        if (!schema.containsKey("type")) {
            return new LinkedHashMap<>(Map.of("anyOf", List.of(schema, Map.of("type", "null"))));
        }
        List<Object> types =
                new ArrayList<>(schema.get("type") instanceof List<?> several ? several : List.of(schema.get("type")));
        types.add("null");
        schema.put("type", types);
        if (schema.get("enum") instanceof List<?> words) {
            List<Object> all = new ArrayList<>(words);
            all.add(null);
            schema.put("enum", all);
        }
        return schema;
    }

    private static Map<String, Object> shape(ConfigKey<?> key) {
        return switch (key.shape()) {
            case VALUE -> value(key.type());
            case LIST -> list(value(key.type()), 0);
            case VALUES -> anyOf(value(key.type()), list(value(key.type()), 1));
            case KEYS -> keys(key.path(), List.of());
            case VALUE_OR_KEYS -> anyOf(value(key.type()), keys(key.path(), List.of("policy")));
            case ARGUMENTS -> arguments();
            case ITEMS -> list(item(key), 0);
        };
    }

    /** A file that changes another's rule or mirror may leave out what that one says. */
    private static Map<String, Object> item(ConfigKey<?> key) {
        if (key.path().equals("roots")) {
            return keys("roots[]", List.of("path"));
        }
        List<String> whole = key.path().equals("mirrors")
                ? List.of(MirrorKeys.REMOTE.name(), MirrorKeys.LOCAL.name())
                : List.of("policy");
        Map<String, Object> item = keys(key.path() + "[]", List.of());
        item.put("anyOf", List.of(Map.of("required", whole), Map.of("required", List.of("name"))));
        return item;
    }

    private static Map<String, Object> arguments() {
        Map<String, Object> schema = new LinkedHashMap<>();
        schema.put("type", "object");
        schema.put("additionalProperties", Map.of("type", List.of("string", "number", "boolean", "null")));
        return schema;
    }

    private static Map<String, Object> list(Map<String, Object> items, int fewest) {
        Map<String, Object> schema = new LinkedHashMap<>();
        schema.put("type", "array");
        schema.put("items", items);
        if (fewest > 0) {
            schema.put("minItems", fewest);
        }
        return schema;
    }

    private static Map<String, Object> anyOf(Map<String, Object> one, Map<String, Object> other) {
        return new LinkedHashMap<>(Map.of("anyOf", List.of(one, other)));
    }

    /** YAML has types of its own: a flag is a boolean, and a name that is a number is a number. */
    private static Map<String, Object> value(ValueType<?> type) {
        Map<String, Object> schema = new LinkedHashMap<>();
        if (type == Values.FLAG) {
            schema.put("type", "boolean");
        } else if (!type.words().isEmpty()) {
            schema.put("type", "string");
            schema.put("enum", type.words());
        } else {
            schema.put("type", MAY_BE_NUMBERS.contains(type) ? List.of("string", "number", "boolean") : "string");
            if (type.pattern() != null) {
                schema.put("pattern", type.pattern());
            }
        }
        return schema;
    }
}
