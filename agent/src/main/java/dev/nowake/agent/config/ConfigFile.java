package dev.nowake.agent.config;

import dev.nowake.kernel.PathBytes;
import dev.nowake.policy.Argument;
import dev.nowake.policy.Policy;
import dev.nowake.policy.builtin.BuiltinPolicies;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Reads the YAML configuration; all its errors at once, each with its line. */
public final class ConfigFile {
    public static final String DEFAULT_POLICY = "load-and-release";

    /** A configuration is written by hand; a larger file is a mistake. */
    private static final int MAX_BYTES = 1 << 20;

    private static final Set<String> TOP_KEYS = Set.of("mode", "roots");
    private static final Set<String> ROOT_KEYS = Set.of("path", "policy", "mode", "args");

    private final Path file;
    private final Function<String, Optional<Policy>> policies;
    private final List<String> errors = new ArrayList<>();

    private ConfigFile(Path file, Function<String, Optional<Policy>> policies) {
        this.file = file;
        this.policies = policies;
    }

    /** Where only the policies nowake brings along may be named. */
    public static Config read(Path file) throws ConfigException {
        return read(file, BuiltinPolicies::named);
    }

    /** {@code policies} knows every policy a rule may name, and what arguments it takes. */
    public static Config read(Path file, Function<String, Optional<Policy>> policies) throws ConfigException {
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(MAX_BYTES + 1); // a size asked beforehand says nothing of a pipe or a device
        } catch (IOException unreadable) {
            throw new ConfigException(
                    file + ": cannot be read (" + unreadable.getClass().getSimpleName() + ")");
        }
        if (bytes.length > MAX_BYTES) {
            throw new ConfigException(file + ": larger than 1 MiB, not a configuration");
        }
        try {
            return new ConfigFile(file, policies)
                    .parse(StandardCharsets.UTF_8
                            .newDecoder()
                            .decode(ByteBuffer.wrap(bytes))
                            .toString());
        } catch (CharacterCodingException binary) {
            throw new ConfigException(file + ": not UTF-8 text");
        }
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
        YamlNode list = top.get("roots");
        if (list instanceof YamlNode.Sequence sequence) {
            for (YamlNode item : sequence.items()) {
                RootRule root = root(item, mode);
                if (root != null) {
                    roots.add(root);
                }
            }
        } else if (list != null) {
            error(list, "'roots' must be a list of folders to watch, such as roots: [{path: /models}]");
        }
        return new Config(mode, roots);
    }

    /** Null where it is so wrong that no rule comes of it; all of it is looked at, so that all errors are told. */
    private RootRule root(YamlNode item, Mode inherited) {
        if (!(item instanceof YamlNode.Mapping)) {
            error(item, "a root is keys and values, such as {path: /models}");
            return null;
        }
        Map<String, YamlNode> keys = mapping(item, ROOT_KEYS);
        Path path = path(keys.get("path"), item);
        Mode mode = mode(keys.get("mode"), inherited);
        Policy policy = policy(keys.get("policy"));
        if (policy == null) {
            return null;
        }
        Map<String, Object> args = arguments(keys.get("args"), policy);
        return path == null ? null : new RootRule(path, mode, policy.name(), args);
    }

    private Path path(YamlNode node, YamlNode item) {
        String text = scalar(node, "");
        if (!text.startsWith("/") || text.indexOf('\0') >= 0) {
            error(node == null ? item : node, "a root needs 'path', an absolute folder");
            return null;
        }
        return PathBytes.path(text.getBytes(StandardCharsets.UTF_8));
    }

    private Policy policy(YamlNode node) {
        String name = scalar(node, DEFAULT_POLICY);
        List<String> known = BuiltinPolicies.all().stream().map(Policy::name).toList();
        return policies.apply(name).orElseGet(() -> {
            error(node, "no policy '" + name + "'; did you mean '" + Nearest.of(name, known) + "'?");
            return null;
        });
    }

    private Map<String, Object> arguments(YamlNode node, Policy policy) {
        Map<String, Object> args = new HashMap<>(policy.defaults());
        if (node == null) {
            return args;
        }
        for (Map.Entry<String, YamlNode> entry :
                mapping(node, policy.arguments().keySet()).entrySet()) {
            Argument declared = policy.arguments().get(entry.getKey());
            try {
                if (entry.getValue() instanceof YamlNode.Scalar value) {
                    args.put(entry.getKey(), argument(value.text(), declared));
                } else {
                    error(entry.getValue(), "argument '" + entry.getKey() + "': expected one value");
                }
            } catch (IllegalArgumentException wrong) {
                error(entry.getValue(), "argument '" + entry.getKey() + "': " + wrong.getMessage());
            }
        }
        return args;
    }

    /** Throws {@link IllegalArgumentException} with one line that says what to write instead. */
    private static Object argument(String text, Argument declared) {
        return switch (declared) {
            case Argument.Size size -> ByteSize.parse(text);
            case Argument.Count count -> count(text);
            case Argument.Decimal decimal -> decimal(text);
            case Argument.Flag flag -> flag(text);
            case Argument.Text words -> text;
            case Argument.Choice choice -> choice(text, choice.words());
        };
    }

    private static long count(String text) {
        if (!text.matches("[0-9]{1,18}")) {
            throw new IllegalArgumentException("'" + text + "' is not a count: write a number, such as 2");
        }
        return Long.parseLong(text);
    }

    private static double decimal(String text) {
        if (!text.matches("[-+]?[0-9]{1,15}(\\.[0-9]{1,15})?")) {
            throw new IllegalArgumentException("'" + text + "' is not a number: write one such as 0.5");
        }
        return Double.parseDouble(text);
    }

    private static boolean flag(String text) {
        if (!text.equals("true") && !text.equals("false")) {
            throw new IllegalArgumentException("'" + text + "' is neither true nor false");
        }
        return Boolean.parseBoolean(text);
    }

    private static String choice(String text, List<String> words) {
        if (!words.contains(text)) {
            throw new IllegalArgumentException("'" + text + "' is none of " + String.join(", ", words)
                    + "; did you mean '" + Nearest.of(text, words) + "'?");
        }
        return text;
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
