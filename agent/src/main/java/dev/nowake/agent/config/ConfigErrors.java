package dev.nowake.agent.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Takes values out of a YAML document and collects everything that is wrong with it, each with file and line. */
final class ConfigErrors {
    private final Path file;
    private final List<String> errors = new ArrayList<>();

    ConfigErrors(Path file) {
        this.file = file;
    }

    /** Throws when there was any. */
    void check() throws ConfigException {
        if (!errors.isEmpty()) {
            throw new ConfigException(String.join("\n", errors));
        }
    }

    /** {@code node} may be null: it would stand on line 1. */
    void add(YamlNode node, String message) {
        add(node == null ? 1 : node.line(), message);
    }

    void add(int line, String message) {
        errors.add(file + ":" + line + ": " + message);
    }

    String where(YamlNode node) {
        return file + ":" + node.line();
    }

    /** The entries whose keys are known; each other key is an error that names the nearest known one. */
    Map<String, YamlNode> mapping(YamlNode node, Set<String> known) {
        if (!(node instanceof YamlNode.Mapping mapping)) {
            add(node, "expected keys and values (" + String.join(", ", new TreeSet<>(known)) + ")");
            return Map.of();
        }
        Map<String, YamlNode> entries = new LinkedHashMap<>(mapping.entries());
        for (String key : mapping.entries().keySet()) {
            if (!known.contains(key)) {
                String nearest = known.isEmpty() ? "" : "; did you mean '" + Nearest.of(key, known) + "'?";
                add(mapping.keyLines().get(key), "unknown key '" + key + "'" + nearest);
                entries.remove(key);
            }
        }
        return entries;
    }

    /** {@code absent} where there is no node, or it is no single value, which is an error. */
    String scalar(YamlNode node, String absent) {
        if (node == null) {
            return absent;
        }
        if (node instanceof YamlNode.Scalar scalar) {
            return scalar.text();
        }
        add(node, "expected one value");
        return absent;
    }

    /** What a section's key says; what its absence means where it is absent or wrong, which is an error. */
    <T> T value(Map<String, YamlNode> section, ConfigKey<T> key) {
        YamlNode node = section.get(key.name());
        String text = scalar(node, null);
        if (text == null) {
            return key.absent();
        }
        try {
            return key.type().reader().apply(text);
        } catch (IllegalArgumentException wrong) {
            add(node, "'" + key.path() + "': " + wrong.getMessage());
            return key.absent();
        }
    }

    /** The items of a list, or the one value that stands for a list of one; empty where there is no node. */
    List<YamlNode> oneOrMore(YamlNode node) {
        if (node == null) {
            return List.of();
        }
        if (!(node instanceof YamlNode.Sequence sequence)) {
            return List.of(node);
        }
        if (sequence.items().isEmpty()) {
            add(node, "the list is empty: nothing would ever match");
        }
        return sequence.items();
    }

    Mode mode(YamlNode node, Mode inherited) {
        if (node == null) {
            return inherited;
        }
        String text = scalar(node, null);
        for (Mode mode : Mode.values()) {
            if (mode.label().equals(text)) {
                return mode;
            }
        }
        if (text != null) {
            add(node, "mode is 'observe' or 'enforce', not '" + text + "'");
        }
        return inherited;
    }
}
