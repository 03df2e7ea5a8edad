package dev.nowake.agent.config;

import dev.nowake.agent.config.ConfigKey.Shape;
import dev.nowake.policy.Argument;
import dev.nowake.policy.Policy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Tells what a configuration comes to, value by value, and where each came from; in the order of {@link KeyTable}. */
final class Settings {
    private static final String DEFAULT = "default";
    private static final String NONE = "null";

    private final YamlNode.Mapping document;
    private final KnownPolicies policies;
    private final List<Setting> settings = new ArrayList<>();

    /** {@code document} is right: it was read. */
    Settings(YamlNode.Mapping document, KnownPolicies policies) {
        this.document = document;
        this.policies = policies;
    }

    List<Setting> all() {
        for (ConfigKey<?> key : KeyTable.ALL) {
            if (!key.parent().isEmpty()) {
                continue;
            }
            YamlNode node = document.entries().get(key.name());
            switch (key.shape()) {
                case KEYS -> section(key, entries(node));
                case ITEMS -> items(key, node);
                case LIST -> list(key, node);
                default -> value(key, key.path(), 0, false, node);
            }
        }
        return settings;
    }

    private static Map<String, YamlNode> entries(YamlNode node) {
        return node instanceof YamlNode.Mapping mapping ? mapping.entries() : Map.of();
    }

    private static YamlNode given(Map<String, YamlNode> entries, String key) {
        YamlNode node = entries.get(key);
        return node instanceof YamlNode.Nothing ? null : node;
    }

    private void section(ConfigKey<?> section, Map<String, YamlNode> entries) {
        head(section.path(), 0, false, section.name());
        for (ConfigKey<?> key : KeyTable.ALL) {
            if (key.parent().equals(section.path())) {
                value(key, key.path(), 1, false, given(entries, key.name()));
            }
        }
    }

    private void list(ConfigKey<?> key, YamlNode node) {
        if (!(node instanceof YamlNode.Sequence sequence) || sequence.items().isEmpty()) {
            add(
                    key.path(),
                    0,
                    false,
                    key.name(),
                    "[]",
                    node instanceof YamlNode.Sequence ? node.place().toString() : DEFAULT);
            return;
        }
        head(key.path(), 0, false, key.name());
        for (int i = 0; i < sequence.items().size(); i++) {
            YamlNode item = sequence.items().get(i);
            add(
                    key.path() + "[" + i + "]",
                    2,
                    true,
                    null,
                    text(item),
                    item.place().toString());
        }
    }

    private void items(ConfigKey<?> key, YamlNode node) {
        if (!(node instanceof YamlNode.Sequence sequence) || sequence.items().isEmpty()) {
            list(key, node);
            return;
        }
        head(key.path(), 0, false, key.name());
        for (int i = 0; i < sequence.items().size(); i++) {
            item(
                    key.path() + "[]",
                    key.path() + "[" + i + "]",
                    entries(sequence.items().get(i)));
        }
    }

    /** A root, a mirror or a rule: what is given, and but for rules also what holds because nothing is. */
    private void item(String declared, String path, Map<String, YamlNode> entries) {
        boolean root = declared.startsWith("roots");
        boolean mirror = declared.equals(MirrorKeys.ITEM);
        int before = settings.size();
        for (ConfigKey<?> key : KeyTable.ALL) {
            if (!key.parent().equals(declared)) {
                continue;
            }
            YamlNode node = given(entries, key.name());
            String place = path + "." + key.name();
            boolean first = settings.size() == before;
            if (key.shape() == Shape.ARGUMENTS) {
                ConfigKey<String> decides = mirror ? MirrorKeys.POLICY : ConfigKeys.ROOT_POLICY;
                arguments(place, 2, policy(entries, decides.absent()), entries(node));
            } else if (node instanceof YamlNode.Mapping mapping) {
                mapping(key, place, mapping.entries());
            } else if (node != null || root && key == ConfigKeys.ROOT_POLICY || mirror && key.absent() != null) {
                value(key, place, 2, first, node);
            } else if ((root || mirror) && key.name().equals(ConfigKeys.MODE.name())) {
                value(ConfigKeys.MODE, place, 2, first, given(document.entries(), key.name()));
            }
        }
    }

    /** The conditions of a rule, or its fallback with arguments. */
    private void mapping(ConfigKey<?> section, String path, Map<String, YamlNode> entries) {
        head(path, 2, false, section.name());
        for (ConfigKey<?> key : KeyTable.ALL) {
            YamlNode node = key.parent().equals(section.path()) ? given(entries, key.name()) : null;
            if (key.shape() == Shape.ARGUMENTS && key.parent().equals(section.path())) {
                arguments(path + "." + key.name(), 3, policy(entries, ConfigKeys.ROOT_POLICY.absent()), entries(node));
            } else if (node != null) {
                value(key, path + "." + key.name(), 3, false, node);
            }
        }
    }

    private Policy policy(Map<String, YamlNode> entries, String absent) {
        String name = given(entries, "policy") instanceof YamlNode.Scalar scalar ? scalar.text() : absent;
        return policies.named(name).orElse(null);
    }

    private void arguments(String path, int depth, Policy policy, Map<String, YamlNode> given) {
        if (policy == null || policy.arguments().isEmpty()) {
            return;
        }
        head(path, depth, false, "args");
        new TreeMap<>(policy.arguments()).forEach((name, declared) -> {
            YamlNode node = given(given, name);
            String at = path + "." + name;
            if (node != null) {
                add(at, depth + 1, false, name, text(node), node.place().toString());
            } else {
                Object value = policy.defaults().get(name);
                String written = written(declared, value);
                settings.add(new Setting(
                        at,
                        depth + 1,
                        false,
                        name,
                        written == null ? told(value) : YamlText.scalar(written),
                        written == null,
                        "default of " + policy.name()));
            }
        });
    }

    /** Null where it cannot be: there is none, or it stands for no limit. */
    private static String written(Argument declared, Object value) {
        if (value == null) {
            return null;
        }
        String text = declared instanceof Argument.Size && value instanceof Number bytes
                ? ByteSize.exact(bytes.longValue())
                : String.valueOf(value);
        try {
            return ArgumentText.parse(text, declared).equals(value) ? text : null;
        } catch (IllegalArgumentException unwritable) {
            return null;
        }
    }

    private static String told(Object value) {
        return value instanceof Long number && number == Long.MAX_VALUE ? "no limit" : String.valueOf(value);
    }

    private void head(String path, int depth, boolean item, String key) {
        settings.add(new Setting(path, depth, item, key, null, false, null));
    }

    private void value(ConfigKey<?> key, String path, int depth, boolean item, YamlNode node) {
        if (node == null || node instanceof YamlNode.Nothing) {
            String absent = key.absentText();
            add(path, depth, item, key.name(), absent == null ? NONE : YamlText.scalar(absent), DEFAULT);
        } else {
            add(path, depth, item, key.name(), text(node), node.place().toString());
        }
    }

    private void add(String path, int depth, boolean item, String key, String value, String source) {
        settings.add(new Setting(path, depth, item, key, value, false, source));
    }

    private static String text(YamlNode node) {
        return switch (node) {
            case YamlNode.Scalar scalar -> YamlText.scalar(scalar.text());
            case YamlNode.Sequence sequence ->
                YamlText.list(sequence.items().stream()
                        .map(item -> item instanceof YamlNode.Scalar scalar ? scalar.text() : "")
                        .toList());
            default -> NONE;
        };
    }
}
