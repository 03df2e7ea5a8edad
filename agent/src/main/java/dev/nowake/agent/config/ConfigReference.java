package dev.nowake.agent.config;

import dev.nowake.agent.config.ConfigKey.Shape;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The reference page of the configuration, in Markdown, made of {@link KeyTable}: what is read is what is told. */
final class ConfigReference {
    private static final Map<String, String> TITLES = new LinkedHashMap<>();

    static {
        TITLES.put("", "Top level");
        TITLES.put("roots[]", "An item of `roots`");
        TITLES.put("rules[]", "An item of `rules`");
        TITLES.put("rules[].match", "Conditions: `match` of a rule");
        TITLES.put("rules[].fallback", "`fallback` of a rule, where it has arguments");
        TITLES.put("mirrors[]", "An item of `mirrors`");
        TITLES.put("inFlight", "`inFlight`");
        TITLES.put("metrics", "`metrics`");
        TITLES.put("journal", "`journal`");
        TITLES.put("control", "`control`");
    }

    private ConfigReference() {}

    static String text() {
        StringBuilder page = new StringBuilder("""
                # Configuration reference

                Every key, made from the code that reads it; what the parts are for is told in [configuration](configuration.md).
                `nowake config schema` prints the same as a JSON Schema, [nowake.schema.json](nowake.schema.json). A key without
                a value (`mode:`) is as good as absent, in this file and those before it.
                """);
        TITLES.forEach((path, title) -> section(page, path, title));
        types(page);
        return page.toString();
    }

    private static void section(StringBuilder page, String path, String title) {
        page.append("\n## ")
                .append(title)
                .append("\n\n| key | type | default | what it does | example |\n|---|---|---|---|---|\n");
        for (ConfigKey<?> key : KeyTable.ALL) {
            if (key.parent().equals(path)) {
                String absent = key.absentText();
                page.append("| `")
                        .append(key.name())
                        .append("` | ")
                        .append(type(key))
                        .append(" | ");
                page.append(absent == null ? "" : "`" + absent + "`")
                        .append(" | ")
                        .append(cell(key.what()));
                page.append(" | `").append(cell(example(key))).append("` |\n");
            }
        }
    }

    /** As it would stand in a file. */
    private static String example(ConfigKey<?> key) {
        return key.name() + ": " + key.example();
    }

    private static String type(ConfigKey<?> key) {
        return switch (key.shape()) {
            case VALUE -> link(key.type());
            case VALUES -> link(key.type()) + ", or a list of them";
            case LIST -> "list of " + link(key.type());
            case VALUE_OR_KEYS -> link(key.type()) + ", or keys";
            case KEYS -> "keys";
            case ITEMS -> "list of keys";
            case ARGUMENTS -> "keys that the policy declares";
        };
    }

    private static String link(ValueType<?> type) {
        return "[" + type.name() + "](#types)";
    }

    private static void types(StringBuilder page) {
        page.append("\n## Types\n\n| type | what may be written |\n|---|---|\n");
        List<ValueType<?>> told = KeyTable.ALL.stream()
                .filter(key -> key.shape() != Shape.KEYS && key.type() != null)
                .<ValueType<?>>map(ConfigKey::type)
                .toList();
        Map<String, String> byName = new LinkedHashMap<>();
        told.forEach(type -> byName.put(
                type.name(),
                type.about()
                        + (type.about().contains("`") || type.words().isEmpty()
                                ? ""
                                : ": `" + String.join("`, `", type.words()) + "`")));
        byName.forEach((name, about) ->
                page.append("| ").append(name).append(" | ").append(cell(about)).append(" |\n"));
    }

    private static String cell(String text) {
        return text.replace("|", "\\|");
    }
}
