package dev.nowake.agent.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Makes one document of several. Of a key that stands in more than one file the later file's value holds; the sections
 * ({@code journal}) are taken key by key. Roots with one path, rules and mirrors with one name are one: the later file changes some
 * of its keys. Further roots, mirrors and policy folders are added. Further rules go before those of earlier files, so that what was
 * added is not hidden behind a rule that matches everything.
 */
final class LayerMerge {
    private final List<String> notes = new ArrayList<>();

    YamlNode.Mapping merge(List<ConfigLayers.Layer> layers) {
        YamlNode.Mapping all = null;
        for (ConfigLayers.Layer layer : layers) {
            YamlNode.Mapping document = withNames(layer);
            all = all == null ? document : top(all, document);
        }
        return all;
    }

    /** What was changed by a later file, one line each. */
    List<String> notes() {
        return notes;
    }

    /** What a root is known by: its path, whether or not a slash ends it. Null where it has none. */
    static String root(YamlNode item) {
        String path = text(item, "path");
        return path == null || path.indexOf('\0') >= 0
                ? path
                : Path.of(path).normalize().toString();
    }

    /** What a rule is known by. Null where it has no name. */
    static String rule(YamlNode item) {
        return text(item, "name");
    }

    /** What a mirror is known by: its name, or the last folder of where it is shown. Null where it has neither. */
    private static String mirror(YamlNode item) {
        String name = text(item, "name");
        String local = text(item, "local");
        if (name != null || local == null || local.indexOf('\0') >= 0) {
            return name;
        }
        Path last = Path.of(local).normalize().getFileName();
        return last == null ? null : last.toString();
    }

    private static String text(YamlNode item, String key) {
        return item instanceof YamlNode.Mapping mapping && mapping.entries().get(key) instanceof YamlNode.Scalar scalar
                ? scalar.text()
                : null;
    }

    /** Rules without a name get one by their place in their file, while that is known. */
    private static YamlNode.Mapping withNames(ConfigLayers.Layer layer) {
        if (!(layer.document().entries().get("rules") instanceof YamlNode.Sequence rules)) {
            return layer.document();
        }
        List<YamlNode> named = new ArrayList<>();
        for (YamlNode item : rules.items()) {
            if (item instanceof YamlNode.Mapping rule && !rule.entries().containsKey("name")) {
                Map<String, YamlNode> entries = new LinkedHashMap<>();
                entries.put(
                        "name", new YamlNode.Scalar("rule " + (named.size() + 1) + layer.ruleSuffix(), rule.place()));
                entries.putAll(rule.entries());
                named.add(new YamlNode.Mapping(entries, rule.keyPlaces(), rule.place()));
            } else {
                named.add(item);
            }
        }
        return with(
                layer.document(),
                new YamlNode.Mapping(
                        Map.of("rules", new YamlNode.Sequence(named, rules.place())), Map.of(), rules.place()));
    }

    private static YamlNode.Mapping with(YamlNode.Mapping base, YamlNode.Mapping over) {
        Map<String, Place> keyPlaces = new LinkedHashMap<>(base.keyPlaces());
        keyPlaces.putAll(over.keyPlaces());
        Map<String, YamlNode> entries = new LinkedHashMap<>(base.entries());
        entries.putAll(over.entries());
        return new YamlNode.Mapping(entries, keyPlaces, base.place());
    }

    private YamlNode.Mapping top(YamlNode.Mapping base, YamlNode.Mapping over) {
        Map<String, YamlNode> entries = new LinkedHashMap<>();
        over.entries().forEach((key, later) -> {
            YamlNode earlier = base.entries().get(key);
            if (earlier instanceof YamlNode.Sequence before && later instanceof YamlNode.Sequence after) {
                entries.put(key, list(key, before, after));
            } else if (earlier instanceof YamlNode.Mapping before && later instanceof YamlNode.Mapping after) {
                entries.put(key, with(before, after));
            } else {
                entries.put(key, later);
            }
        });
        return with(base, new YamlNode.Mapping(entries, over.keyPlaces(), over.place()));
    }

    private YamlNode list(String key, YamlNode.Sequence before, YamlNode.Sequence after) {
        boolean rules = key.equals("rules");
        List<YamlNode> items = new ArrayList<>(before.items());
        List<YamlNode> further = new ArrayList<>();
        for (YamlNode later : after.items()) {
            int at = indexOf(key, items, later);
            if (at < 0) {
                further.add(later);
            } else if (items.get(at) instanceof YamlNode.Mapping earlier && later instanceof YamlNode.Mapping changes) {
                notes.add(later.place() + ": changes the " + key.substring(0, key.length() - 1) + " '" + id(key, later)
                        + "' of " + earlier.place());
                items.set(at, item(earlier, changes));
            }
        }
        items.addAll(rules ? 0 : items.size(), further);
        return new YamlNode.Sequence(items, after.place());
    }

    private static int indexOf(String key, List<YamlNode> items, YamlNode wanted) {
        String id = id(key, wanted);
        for (int i = 0; id != null && i < items.size(); i++) {
            if (id.equals(id(key, items.get(i)))) {
                return i;
            }
        }
        return -1;
    }

    private static String id(String key, YamlNode item) {
        return switch (key) {
            case "rules" -> rule(item);
            case "roots" -> root(item);
            case "mirrors" -> mirror(item);
            default -> item instanceof YamlNode.Scalar scalar ? scalar.text() : null;
        };
    }

    /** Arguments belong to a policy: who names one gives its arguments anew, else they are taken key by key. */
    private static YamlNode item(YamlNode.Mapping earlier, YamlNode.Mapping changes) {
        YamlNode.Mapping merged = with(earlier, changes);
        if (changes.entries().containsKey("policy")) {
            if (!changes.entries().containsKey("args")) {
                merged.entries().remove("args");
            }
        } else if (earlier.entries().get("args") instanceof YamlNode.Mapping before
                && changes.entries().get("args") instanceof YamlNode.Mapping after) {
            merged.entries().put("args", with(before, after));
        }
        return merged;
    }
}
