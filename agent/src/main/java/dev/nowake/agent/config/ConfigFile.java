package dev.nowake.agent.config;

import dev.nowake.kernel.PathBytes;
import dev.nowake.policy.Policy;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads the YAML configuration; all its errors at once, each with its line. */
public final class ConfigFile {
    public static final String DEFAULT_POLICY = "load-and-release";

    /** A configuration is written by hand; a larger file is a mistake. */
    private static final int MAX_BYTES = 1 << 20;

    private static final Set<String> TOP_KEYS =
            Set.of("mode", "roots", "rules", "policies", "inFlight", "metrics", "journal", "control");
    private static final Set<String> IN_FLIGHT_KEYS = Set.of("max", "mountMax");
    private static final Set<String> ROOT_KEYS = Set.of("path", "policy", "mode", "args");

    private final ConfigErrors errors;
    private final PolicyChoice policies;
    private final RuleReader rules;

    private ConfigFile(Path file, KnownPolicies policies) {
        this.errors = new ConfigErrors(file);
        this.policies = new PolicyChoice(policies, errors);
        this.rules = new RuleReader(errors, this.policies, new Users(Path.of("/etc/passwd")));
    }

    /** Where only {@link KnownPolicies#BUILTIN} may be named. */
    public static Config read(Path file) throws ConfigException {
        return read(file, KnownPolicies.BUILTIN);
    }

    /** {@code policies}: those a rule may name. */
    public static Config read(Path file, KnownPolicies policies) throws ConfigException {
        YamlNode document = document(file);
        ConfigFile reader = new ConfigFile(file, policies);
        Config config = reader.config(document);
        reader.errors.check();
        return config;
    }

    /**
     * The policy folders alone, which must be read before it can be said which policies there are; {@link #read} checks the
     * rest.
     */
    public static List<Path> policyFolders(Path file) throws ConfigException {
        YamlNode document = document(file);
        ConfigFile reader = new ConfigFile(file, KnownPolicies.BUILTIN);
        YamlNode list = document instanceof YamlNode.Mapping top ? top.entries().get("policies") : null;
        List<Path> folders = reader.folders(list);
        reader.errors.check();
        return folders;
    }

    private static String whyUnreadable(Path file, IOException unreadable) {
        if (unreadable instanceof NoSuchFileException) {
            return "no such file; write it, or name another with --config FILE";
        }
        if (unreadable instanceof AccessDeniedException) {
            return "not permitted to read it; run as root or as its owner";
        }
        return Files.isDirectory(file)
                ? "is a folder; name the file in it"
                : "cannot be read (" + unreadable.getMessage() + ")";
    }

    private static YamlNode document(Path file) throws ConfigException {
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(MAX_BYTES + 1); // a size asked beforehand says nothing of a pipe or a device
        } catch (IOException unreadable) {
            throw new ConfigException(file + ": " + whyUnreadable(file, unreadable));
        }
        if (bytes.length > MAX_BYTES) {
            throw new ConfigException(file + ": larger than 1 MiB, not a configuration");
        }
        try {
            return YamlNode.parse(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString());
        } catch (CharacterCodingException binary) {
            throw new ConfigException(file + ": not UTF-8 text");
        } catch (ConfigException broken) {
            throw new ConfigException(file + ": " + broken.getMessage());
        }
    }

    private Config config(YamlNode document) {
        Map<String, YamlNode> top = errors.mapping(document, TOP_KEYS);
        Mode mode = errors.mode(top.get("mode"), Mode.OBSERVE);
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
            errors.add(list, "'roots' must be a list of folders to watch, such as roots: [{path: /models}]");
        }
        return new Config(
                mode,
                roots,
                rules.rules(top.get("rules")),
                folders(top.get("policies")),
                inFlight(top.get("inFlight")),
                new ServiceReader(errors).settings(top));
    }

    private InFlightLimits inFlight(YamlNode node) {
        if (node == null) {
            return InFlightLimits.DEFAULT;
        }
        Map<String, YamlNode> keys = errors.mapping(node, IN_FLIGHT_KEYS);
        return new InFlightLimits(
                bytesInFlight(keys.get("max"), InFlightLimits.DEFAULT.maxBytes()),
                bytesInFlight(keys.get("mountMax"), InFlightLimits.DEFAULT.mountMaxBytes()));
    }

    private long bytesInFlight(YamlNode node, long absent) {
        String text = errors.scalar(node, null);
        if (text == null) {
            return absent;
        }
        try {
            long bytes = ByteSize.parse(text);
            if (bytes >= InFlightLimits.LEAST_BYTES) {
                return bytes;
            }
            errors.add(node, "'" + text + "' in flight is less than one request: write 1MiB or more");
        } catch (IllegalArgumentException wrong) {
            errors.add(node, wrong.getMessage());
        }
        return absent;
    }

    /** Null where it is so wrong that no rule comes of it; all of it is looked at, so that all errors are told. */
    private RootRule root(YamlNode item, Mode inherited) {
        if (!(item instanceof YamlNode.Mapping)) {
            errors.add(item, "a root is keys and values, such as {path: /models}");
            return null;
        }
        Map<String, YamlNode> keys = errors.mapping(item, ROOT_KEYS);
        Path path = folder(keys.get("path"));
        if (path == null) {
            errors.add(keys.getOrDefault("path", item), "a root needs 'path', an absolute folder");
        }
        Mode mode = errors.mode(keys.get("mode"), inherited);
        Policy policy = policies.policy(keys.get("policy"), DEFAULT_POLICY);
        if (policy == null) {
            return null;
        }
        Map<String, Object> args = policies.arguments(keys.get("args"), policy, item);
        return path == null ? null : new RootRule(path, mode, policy.name(), args);
    }

    private List<Path> folders(YamlNode list) {
        List<Path> folders = new ArrayList<>();
        if (list instanceof YamlNode.Sequence sequence) {
            for (YamlNode item : sequence.items()) {
                Path folder = folder(item);
                if (folder == null) {
                    errors.add(item, "a policy folder is an absolute path, such as /etc/nowake/policies");
                } else {
                    folders.add(folder);
                }
            }
        } else if (list != null) {
            errors.add(list, "'policies' must be a list of folders, such as policies: [/etc/nowake/policies]");
        }
        return folders;
    }

    /** Null where it is no absolute path. */
    private Path folder(YamlNode node) {
        String text = errors.scalar(node, "");
        if (!text.startsWith("/") || text.indexOf('\0') >= 0) {
            return null;
        }
        return PathBytes.path(text.getBytes(StandardCharsets.UTF_8));
    }
}
