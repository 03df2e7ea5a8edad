package dev.nowake.agent.config;

import dev.nowake.kernel.PathBytes;
import dev.nowake.policy.Policy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Takes the configuration out of a document: one file's, to find what is wrong with it, or all files' together. */
final class ConfigReader {
    private final ConfigErrors errors;
    private final PolicyChoice policies;
    private final RuleReader rules;
    private final Map<String, Place> rootPlaces = new HashMap<>();

    ConfigReader(ConfigErrors errors, KnownPolicies policies, Users users) {
        this.errors = errors;
        this.policies = new PolicyChoice(policies, errors);
        this.rules = new RuleReader(errors, this.policies, users);
    }

    Config config(YamlNode.Mapping document) {
        Map<String, YamlNode> top = errors.mapping(document, ConfigKeys.below(""));
        Mode mode = errors.mode(top.get("mode"), ConfigKeys.MODE.absent());
        return new Config(
                mode,
                roots(top.get("roots"), mode),
                rules.rules(top.get("rules")),
                folders(top.get("policies")),
                inFlight(top.get("inFlight")),
                new ServiceReader(errors).settings(top),
                new MirrorReader(errors, policies).mirrors(top.get("mirrors"), mode));
    }

    private List<RootRule> roots(YamlNode list, Mode mode) {
        List<RootRule> roots = new ArrayList<>();
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
        return roots;
    }

    /** Null where it is so wrong that no rule comes of it; all of it is looked at, so that all errors are told. */
    private RootRule root(YamlNode item, Mode inherited) {
        if (!(item instanceof YamlNode.Mapping)) {
            errors.add(item, "a root is keys and values, such as {path: /models}");
            return null;
        }
        Map<String, YamlNode> keys = errors.mapping(item, ConfigKeys.below("roots[]"));
        Path path = folder(keys.get("path"));
        if (path == null) {
            errors.add(keys.getOrDefault("path", item), "a root needs 'path', an absolute folder");
        } else {
            if (RootPattern.isOne(path)) {
                checkPattern(keys.get("path"), path);
            }
            Place other = rootPlaces.putIfAbsent(LayerMerge.root(item), item.place());
            if (other != null) {
                errors.add(item, "two roots have the path " + path + ", the other at " + other);
            }
        }
        Mode mode = errors.mode(keys.get("mode"), inherited);
        boolean enabled = errors.value(keys, ConfigKeys.ROOT_ENABLED);
        if (errors.isPart() && keys.get("policy") == null) {
            return null; // whose arguments these are, another file may say
        }
        Policy policy = policies.policy(keys.get("policy"), ConfigKeys.ROOT_POLICY.absent());
        if (policy == null) {
            return null;
        }
        Map<String, Object> args = policies.arguments(keys.get("args"), policy, item);
        return path == null || !enabled ? null : new RootRule(path, mode, policy.name(), args);
    }

    private void checkPattern(YamlNode node, Path path) {
        try {
            RootPattern.check(path);
        } catch (IllegalArgumentException wrong) {
            errors.add(node, wrong.getMessage());
        }
    }

    private InFlightLimits inFlight(YamlNode node) {
        if (node == null) {
            return InFlightLimits.DEFAULT;
        }
        Map<String, YamlNode> keys = errors.mapping(node, ConfigKeys.below("inFlight"));
        Long mountMaxBytes = errors.value(keys, ConfigKeys.MOUNT_MAX);
        return new InFlightLimits(
                errors.value(keys, ConfigKeys.MAX),
                mountMaxBytes == null ? InFlightLimits.DEFAULT.mountMaxBytes() : mountMaxBytes);
    }

    /** Those of the mirrors that are not disabled, without who decides about their disks. */
    List<MirrorSettings> mirrorOutlines(Map<String, YamlNode> top) {
        Mode mode = errors.mode(top.get("mode"), ConfigKeys.MODE.absent());
        return new MirrorReader(errors, policies).outlines(top.get("mirrors"), mode);
    }

    /** Those of the roots that are not disabled; what is none is left out. */
    List<Path> rootFolders(YamlNode list) {
        List<Path> folders = new ArrayList<>();
        if (list instanceof YamlNode.Sequence sequence) {
            for (YamlNode item : sequence.items()) {
                Map<String, YamlNode> keys = errors.mapping(item, ConfigKeys.below("roots[]"));
                Path folder = keys.containsKey("path") ? folder(keys.get("path")) : null;
                if (folder != null && errors.value(keys, ConfigKeys.ROOT_ENABLED)) {
                    folders.add(folder);
                }
            }
        }
        return folders;
    }

    /** Absolute ones; what is no list of them is an error. */
    List<Path> folders(YamlNode list) {
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
        } else if (list != null && !(list instanceof YamlNode.Nothing)) {
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
