package dev.nowake.agent.config;

import java.io.File;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the YAML configuration: the vendor's file where nowake is installed, the file that is named, and the drop-ins in
 * {@code conf.d} beside it. All their errors at once, each with its file and line.
 */
public final class ConfigFile {
    /** Read where no file is named; may be missing where there are others. */
    public static final Path INSTALLED = Path.of("/etc/nowake/nowake.yaml");

    public static final String DEFAULT_POLICY = "load-and-release";

    private static final Path PASSWD = Path.of("/etc/passwd");

    private static final Path GROUPS = Path.of("/etc/group");

    private ConfigFile() {}

    /** Where only {@link KnownPolicies#BUILTIN} may be named. */
    public static Config read(Path file) throws ConfigException {
        return read(file, KnownPolicies.BUILTIN);
    }

    /** {@code policies}: those a rule may name. */
    public static Config read(Path file, KnownPolicies policies) throws ConfigException {
        return load(file, policies).config();
    }

    /** The same, and where every value came from. */
    public static LoadedConfig load(Path file, KnownPolicies policies) throws ConfigException {
        return load(vendorFile(), file, policies);
    }

    /** {@code vendor}: null for none. */
    static LoadedConfig load(Path vendor, Path file, KnownPolicies policies) throws ConfigException {
        ConfigErrors errors = new ConfigErrors();
        ConfigLayers reader = new ConfigLayers(errors);
        List<ConfigLayers.Layer> layers = reader.read(vendor, file, file.equals(INSTALLED));
        Users users = new Users(PASSWD);
        errors.partly(true);
        layers.forEach(layer -> new ConfigReader(errors, policies, users).config(layer.document()));
        if (!reader.isComplete()) {
            errors.check();
        }
        errors.partly(false);
        LayerMerge merge = new LayerMerge();
        YamlNode.Mapping document = merge.merge(layers);
        Config config = new ConfigReader(errors, policies, users).config(document);
        errors.check();
        List<String> notes = new ArrayList<>(reader.notes());
        notes.addAll(merge.notes());
        notes.addAll(unknownGroups(document));
        if (config.roots().isEmpty()) {
            notes.add("no roots: without --root there is nothing to watch");
        }
        return new LoadedConfig(
                config, document, layers.stream().map(ConfigLayers.Layer::file).toList(), notes);
    }

    /** No error: a group may be of a directory service, or be made later. */
    private static List<String> unknownGroups(YamlNode.Mapping document) {
        List<String> notes = new ArrayList<>();
        Users groups = new Users(GROUPS);
        if (document.entries().get("control") instanceof YamlNode.Mapping control) {
            control.entries().forEach((key, node) -> {
                if (node instanceof YamlNode.Scalar group && !groups.has(group.text())) {
                    notes.add(node.place() + ": no group '" + group.text() + "' in " + GROUPS
                            + ": root alone has its rights");
                }
            });
        }
        return notes;
    }

    /**
     * The policy folders alone, which must be read before it can be said which policies there are: as far as they can be
     * told, for {@link #read} says what is wrong.
     */
    public static List<Path> policyFolders(Path file) {
        ConfigErrors errors = new ConfigErrors();
        List<ConfigLayers.Layer> layers = new ConfigLayers(errors).read(vendorFile(), file, file.equals(INSTALLED));
        if (layers.isEmpty()) {
            return List.of();
        }
        YamlNode list = new LayerMerge().merge(layers).entries().get("policies");
        return new ConfigReader(errors, KnownPolicies.BUILTIN, new Users(PASSWD)).folders(list);
    }

    /**
     * The folders of the roots alone, patterns as they are written, as far as they can be told: no policy is loaded and no root
     * is touched, so one on a server that hangs holds up nobody.
     */
    public static List<Path> rootFolders(Path file) {
        ConfigErrors errors = new ConfigErrors();
        List<ConfigLayers.Layer> layers = new ConfigLayers(errors).read(vendorFile(), file, file.equals(INSTALLED));
        if (layers.isEmpty()) {
            return List.of();
        }
        YamlNode list = new LayerMerge().merge(layers).entries().get("roots");
        return new ConfigReader(errors, KnownPolicies.BUILTIN, new Users(PASSWD)).rootFolders(list);
    }

    /** The mirrors alone, as far as they can be told: no policy is loaded and no folder is touched. */
    public static List<MirrorSettings> mirrors(Path file) {
        ConfigErrors errors = new ConfigErrors();
        List<ConfigLayers.Layer> layers = new ConfigLayers(errors).read(vendorFile(), file, file.equals(INSTALLED));
        if (layers.isEmpty()) {
            return List.of();
        }
        return new ConfigReader(errors, KnownPolicies.BUILTIN, new Users(PASSWD))
                .mirrorOutlines(new LayerMerge().merge(layers).entries());
    }

    /**
     * Where it is installed; null where it runs from elsewhere. By the class path: a class out of an ahead-of-time cache names
     * the jar that lay where the cache was made.
     */
    private static Path vendorFile() {
        try {
            return vendorFile(Path.of(System.getProperty("java.class.path", "").split(File.pathSeparator)[0]));
        } catch (InvalidPathException odd) {
            return null;
        }
    }

    /** Beside the folder {@code lib} with this program's jar; null for classes that lie elsewhere. */
    static Path vendorFile(Path jar) {
        Path lib = jar.getParent();
        return lib != null && lib.endsWith("lib") ? lib.resolveSibling("nowake.yaml") : null;
    }
}
