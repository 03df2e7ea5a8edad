package dev.nowake.agent.config;

import dev.nowake.kernel.PathBytes;
import dev.nowake.policy.Policy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads the list of mirrors. Looks at names alone: a remote folder may hang whoever touches it. */
final class MirrorReader {
    private static final Path ROOT = Path.of("/");

    /** A folder of a mirror, and where it was written. */
    private record Claim(Path folder, String key, YamlNode item, Place place) {}

    private final ConfigErrors errors;
    private final PolicyChoice policies;
    private final Map<String, Place> names = new HashMap<>();
    private final List<Claim> claims = new ArrayList<>();

    MirrorReader(ConfigErrors errors, PolicyChoice policies) {
        this.errors = errors;
        this.policies = policies;
    }

    List<MirrorSettings> mirrors(YamlNode node, Mode inherited) {
        return mirrors(node, inherited, false);
    }

    /** The same, but for who decides what leaves their disks: that needs policies to be loaded. */
    List<MirrorSettings> outlines(YamlNode node, Mode inherited) {
        return mirrors(node, inherited, true);
    }

    private List<MirrorSettings> mirrors(YamlNode node, Mode inherited, boolean outline) {
        List<MirrorSettings> mirrors = new ArrayList<>();
        if (node instanceof YamlNode.Sequence sequence) {
            for (YamlNode item : sequence.items()) {
                MirrorSettings mirror = mirror(item, inherited, outline);
                if (mirror != null) {
                    mirrors.add(mirror);
                }
            }
        } else if (node != null) {
            errors.add(node, "'mirrors' must be a list, such as mirrors: [{remote: /mnt/nas/models, local: /models}]");
        }
        return mirrors;
    }

    /** Null where it is so wrong that no mirror comes of it; all of it is looked at, so that all errors are told. */
    private MirrorSettings mirror(YamlNode item, Mode inherited, boolean outline) {
        if (!(item instanceof YamlNode.Mapping)) {
            errors.add(item, "a mirror is keys and values, such as {remote: /mnt/nas/models, local: /models}");
            return null;
        }
        Map<String, YamlNode> keys = errors.mapping(item, ConfigKeys.below(MirrorKeys.ITEM));
        Path remote = folder(keys, MirrorKeys.REMOTE, item);
        Path local = folder(keys, MirrorKeys.LOCAL, item);
        boolean enabled = errors.value(keys, MirrorKeys.ENABLED);
        String name = name(keys, item, local);
        Mode mode = errors.mode(keys.get("mode"), inherited);
        Policy policy = outline ? null : policies.policy(keys.get("policy"), MirrorKeys.POLICY.absent());
        if (policy == null && !outline) {
            return null;
        }
        MirrorSettings mirror = new MirrorSettings(
                name,
                remote,
                local,
                errors.value(keys, MirrorKeys.BUDGET),
                errors.value(keys, MirrorKeys.RESERVE),
                errors.value(keys, MirrorKeys.TIMEOUT),
                errors.value(keys, MirrorKeys.RESCAN),
                errors.value(keys, MirrorKeys.REVALIDATE),
                errors.value(keys, MirrorKeys.VANISHED),
                errors.value(keys, MirrorKeys.UNREACHABLE),
                errors.value(keys, MirrorKeys.STREAMS),
                errors.value(keys, MirrorKeys.LOOKAHEAD),
                errors.value(keys, MirrorKeys.VERIFY),
                errors.value(keys, MirrorKeys.ETAG),
                outline ? MirrorKeys.POLICY.absent() : policy.name(),
                outline ? Map.of() : arguments(keys, policy, item),
                mode);
        if (!enabled) {
            return null;
        }
        claim(remote, MirrorKeys.REMOTE, item, keys);
        claim(local, MirrorKeys.LOCAL, item, keys);
        return remote == null || local == null || name == null ? null : mirror;
    }

    /** Whose arguments these are, another file may say. */
    private Map<String, Object> arguments(Map<String, YamlNode> keys, Policy policy, YamlNode item) {
        return errors.isPart() && keys.get("policy") == null
                ? policy.defaults()
                : policies.arguments(keys.get("args"), policy, item);
    }

    /** Null where it is missing or wrong, which is told. */
    private Path folder(Map<String, YamlNode> keys, ConfigKey<?> key, YamlNode item) {
        YamlNode node = keys.get(key.name());
        if (node == null) {
            errors.missing(item, "a mirror needs '" + key.name() + "', an absolute folder");
            return null;
        }
        String text = errors.scalar(node, null);
        if (text == null) {
            return null;
        }
        if (!text.startsWith("/") || text.indexOf('\0') >= 0) {
            errors.add(
                    node,
                    "'" + key.path() + "': '" + text + "' is no absolute folder: write one such as " + key.example());
            return null;
        }
        Path folder = PathBytes.path(text.getBytes(StandardCharsets.UTF_8)).normalize();
        if (folder.equals(ROOT)) {
            errors.add(
                    node,
                    "'" + key.path() + "': a mirror of / or at / cannot be: write a folder such as " + key.example());
            return null;
        }
        return folder;
    }

    /** Null where it has none, which is told unless another file may say more. */
    private String name(Map<String, YamlNode> keys, YamlNode item, Path local) {
        YamlNode node = keys.get(MirrorKeys.NAME_KEY.name());
        String name = errors.value(keys, MirrorKeys.NAME_KEY);
        if (node == null && local != null) {
            try {
                name = MirrorKeys.name(local.getFileName().toString());
            } catch (IllegalArgumentException odd) {
                errors.missing(item, "a mirror at " + local + " needs a 'name': its last folder is none");
            }
        }
        if (name == null) {
            return null;
        }
        Place other = names.putIfAbsent(name, node == null ? item.place() : node.place());
        if (other != null) {
            errors.add(node == null ? item : node, "two mirrors are named '" + name + "', the other at " + other);
        }
        return name;
    }

    /** No folder of a mirror is in another, its own or one of another mirror. */
    private void claim(Path folder, ConfigKey<?> key, YamlNode item, Map<String, YamlNode> keys) {
        if (folder == null) {
            return;
        }
        Place place = keys.get(key.name()).place();
        for (Claim other : claims) {
            String how = folder.equals(other.folder)
                    ? "is"
                    : folder.startsWith(other.folder) ? "lies in" : other.folder.startsWith(folder) ? "holds" : null;
            if (how != null) {
                String whose = other.item == item ? "its own" : "another mirror's";
                errors.add(
                        place,
                        "'" + key.path() + "': " + folder + " " + how + " " + whose + " '" + other.key + "'"
                                + (other.item == item ? "" : " at " + other.place)
                                + ": mirrors' folders must lie beside each other");
                return;
            }
        }
        claims.add(new Claim(folder, key.name(), item, place));
    }
}
