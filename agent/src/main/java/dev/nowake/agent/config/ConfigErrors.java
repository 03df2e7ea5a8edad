package dev.nowake.agent.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** Takes values out of YAML documents and collects everything that is wrong with them, each with file and line. */
final class ConfigErrors {
    private record Wrong(Place place, String message) {}

    /** What a file says may not begin a line of its own, nor move a terminal's cursor. */
    private static final Pattern CONTROL = Pattern.compile("[\\p{Cntrl}\\x{80}-\\x{9f}\\x{2028}\\x{2029}]");

    private final Set<Wrong> errors = new LinkedHashSet<>();
    private final List<Path> files = new ArrayList<>();

    /** One file of several is looked at alone: what it does not say, another may. */
    private boolean part;

    void partly(boolean part) {
        this.part = part;
    }

    boolean isPart() {
        return part;
    }

    /** Throws when there was any: a file's errors together, by line. */
    void check() throws ConfigException {
        if (!errors.isEmpty()) {
            throw new ConfigException(String.join(
                    "\n",
                    errors.stream()
                            .sorted(Comparator.comparingInt((Wrong wrong) -> files.indexOf(wrong.place.file()))
                                    .thenComparingInt(wrong -> wrong.place.line()))
                            .map(wrong -> wrong.message)
                            .toList()));
        }
    }

    void add(YamlNode node, String message) {
        add(node.place(), message);
    }

    void add(Place place, String message) {
        addLine(place, place + ": " + message);
    }

    /** {@code line} says where by itself. */
    void addLine(Place place, String line) {
        if (!files.contains(place.file())) {
            files.add(place.file());
        }
        errors.add(new Wrong(place, CONTROL.matcher(line).replaceAll("?")));
    }

    /** What is wrong unless another file says what is missing. */
    void missing(YamlNode node, String message) {
        if (!part) {
            add(node, message);
        }
    }

    /** The entries whose keys are known and have something; each other key is an error that names the nearest known one. */
    Map<String, YamlNode> mapping(YamlNode node, Set<String> known) {
        if (!(node instanceof YamlNode.Mapping mapping)) {
            add(node, "expected keys and values (" + String.join(", ", new TreeSet<>(known)) + ")");
            return Map.of();
        }
        Map<String, YamlNode> entries = new LinkedHashMap<>(mapping.entries());
        for (String key : mapping.entries().keySet()) {
            if (!known.contains(key)) {
                String nearest = known.isEmpty() ? "" : "; did you mean '" + Nearest.of(key, known) + "'?";
                add(mapping.keyPlaces().get(key), "unknown key '" + key + "'" + nearest);
                entries.remove(key);
            }
        }
        entries.values().removeIf(YamlNode.Nothing.class::isInstance);
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

    /** The mode, or what is inherited; {@code node} may be null. */
    Mode mode(YamlNode node, Mode inherited) {
        String text = scalar(node, null);
        if (text == null) {
            return inherited;
        }
        try {
            return Mode.of(text);
        } catch (IllegalArgumentException wrong) {
            add(node, wrong.getMessage());
            return inherited;
        }
    }
}
