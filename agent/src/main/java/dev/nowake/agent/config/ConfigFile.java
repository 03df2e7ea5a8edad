package dev.nowake.agent.config;

import dev.nowake.policy.Policy;
import dev.nowake.policy.builtin.BuiltinPolicies;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads the YAML configuration; all its errors at once, each with its line. */
public final class ConfigFile {
    public static final String DEFAULT_POLICY = "load-and-release";

    /** A configuration is written by hand; a larger file is a mistake. */
    private static final long MAX_BYTES = 1 << 20;

    private static final Set<String> TOP_KEYS = Set.of("mode", "roots");
    private static final Set<String> ROOT_KEYS = Set.of("path", "policy", "mode", "args");

    private final Path file;
    private final List<String> errors = new ArrayList<>();

    private ConfigFile(Path file) {
        this.file = file;
    }

    public static Config read(Path file) throws ConfigException {
        String text;
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw new ConfigException(file + ": larger than 1 MiB, not a configuration");
            }
            text = Files.readString(file);
        } catch (IOException unreadable) {
            throw new ConfigException(
                    file + ": cannot be read (" + unreadable.getClass().getSimpleName() + ")");
        }
        return new ConfigFile(file).parse(text);
    }

    private Config parse(String text) throws ConfigException {
        YamlNode document;
        try {
            document = YamlNode.parse(text);
        } catch (ConfigException broken) {
            throw new ConfigException(file + ": " + broken.getMessage());
        }
        Config config = config(document);
        if (!errors.isEmpty()) {
            throw new ConfigException(String.join("\n", errors));
        }
        return config;
    }

    private Config config(YamlNode document) {
        Map<String, YamlNode> top = mapping(document, TOP_KEYS);
        Mode mode = mode(top.get("mode"), Mode.OBSERVE);
        List<RootRule> roots = new ArrayList<>();
        if (top.get("roots") instanceof YamlNode.Sequence sequence) {
            for (YamlNode item : sequence.items()) {
                RootRule root = root(item, mode);
                if (root != null) {
                    roots.add(root);
                }
            }
        } else {
            error(document, "'roots' must be a list of folders to watch, such as roots: [{path: /models}]");
        }
        return new Config(mode, roots);
    }

    private RootRule root(YamlNode item, Mode inherited) {
        Map<String, YamlNode> keys = mapping(item, ROOT_KEYS);
        String path = scalar(keys.get("path"), null);
        if (path == null || !path.startsWith("/")) {
            error(item, "a root needs 'path', an absolute folder");
            return null;
        }
        String name = scalar(keys.get("policy"), DEFAULT_POLICY);
        Policy policy = BuiltinPolicies.named(name).orElse(null);
        if (policy == null) {
            List<String> known =
                    BuiltinPolicies.all().stream().map(Policy::name).toList();
            error(keys.get("policy"), "no policy '" + name + "'; did you mean '" + Nearest.of(name, known) + "'?");
            return null;
        }
        Map<String, Object> args = arguments(keys.get("args"), policy);
        return new RootRule(Path.of(path), mode(keys.get("mode"), inherited), name, args);
    }

    private Map<String, Object> arguments(YamlNode node, Policy policy) {
        Map<String, Object> args = new HashMap<>(policy.arguments());
        if (node == null) {
            return args;
        }
        for (Map.Entry<String, YamlNode> entry :
                mapping(node, policy.arguments().keySet()).entrySet()) {
            Object declared = policy.arguments().get(entry.getKey());
            try {
                args.put(entry.getKey(), argument(scalar(entry.getValue(), ""), declared));
            } catch (IllegalArgumentException wrong) {
                error(entry.getValue(), "argument '" + entry.getKey() + "': " + wrong.getMessage());
            }
        }
        return args;
    }

    /** Numbers are counts, or sizes with a unit; everything else is taken as it stands. */
    static Object argument(String text, Object declared) {
        if (!(declared instanceof Number)) {
            return text;
        }
        return text.matches("[0-9]{1,18}") ? (Object) Long.parseLong(text) : (Object) ByteSize.parse(text);
    }

    private Mode mode(YamlNode node, Mode inherited) {
        String text = scalar(node, inherited.label());
        for (Mode mode : Mode.values()) {
            if (mode.label().equals(text)) {
                return mode;
            }
        }
        error(node, "mode is 'observe' or 'enforce', not '" + text + "'");
        return inherited;
    }

    private Map<String, YamlNode> mapping(YamlNode node, Set<String> known) {
        if (!(node instanceof YamlNode.Mapping mapping)) {
            error(
                    node,
                    "expected keys and values ("
                            + String.join(", ", known.stream().sorted().toList()) + ")");
            return Map.of();
        }
        Map<String, YamlNode> entries = new LinkedHashMap<>(mapping.entries());
        for (String key : mapping.entries().keySet()) {
            if (!known.contains(key)) {
                String nearest = known.isEmpty() ? "" : "; did you mean '" + Nearest.of(key, known) + "'?";
                errors.add(file + ":" + mapping.keyLines().get(key) + ": unknown key '" + key + "'" + nearest);
                entries.remove(key);
            }
        }
        return entries;
    }

    private String scalar(YamlNode node, String absent) {
        if (node == null) {
            return absent;
        }
        if (node instanceof YamlNode.Scalar scalar) {
            return scalar.text();
        }
        error(node, "expected one value");
        return absent;
    }

    private void error(YamlNode node, String message) {
        errors.add(file + ":" + (node == null ? 1 : node.line()) + ": " + message);
    }
}
