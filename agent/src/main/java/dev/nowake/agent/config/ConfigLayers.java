package dev.nowake.agent.config;

import dev.nowake.agent.trust.FileTrust;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Reads the files a configuration is made of, in the order in which later ones win: what nowake was installed with, the
 * file itself, and those in the folder {@code conf.d} beside it by name. For one reading, by one thread.
 */
final class ConfigLayers {
    static final String DROP_INS = "conf.d";

    /** A configuration is written by hand; a larger file is a mistake. */
    private static final int MAX_BYTES = 1 << 20;

    private static final Path NOTHING = Path.of("/dev/null");
    private static final int LONGEST_SHOWN_NAME = 40;

    /**
     * One file.
     *
     * @param ruleSuffix makes the names of its nameless rules its own
     */
    record Layer(Path file, String ruleSuffix, YamlNode.Mapping document) {}

    private final FileTrust trust = FileTrust.ofThisProcess();
    private final ConfigErrors errors;
    private final List<Layer> layers = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private boolean complete = true;

    ConfigLayers(ConfigErrors errors) {
        this.errors = errors;
    }

    /**
     * @param vendor what nowake was installed with; null for nothing
     * @param mayBeAbsent whether the file may be missing where there are others
     */
    List<Layer> read(Path vendor, Path file, boolean mayBeAbsent) {
        if (vendor != null && Files.exists(vendor)) {
            add(vendor, " of the vendor's", false);
        }
        List<Path> dropIns = dropIns(file);
        if (!mayBeAbsent || layers.size() + dropIns.size() == 0 || Files.exists(file)) {
            add(file, "", true);
        }
        for (Path each : dropIns) {
            String name = each.getFileName().toString();
            add(each, " of " + name.substring(0, Math.min(name.length(), LONGEST_SHOWN_NAME)), false);
        }
        return layers;
    }

    /** Whether every file could be read: else what they come to together says nothing. */
    boolean isComplete() {
        return complete;
    }

    /** What an operator should know though it is no error. */
    List<String> notes() {
        return notes;
    }

    private List<Path> dropIns(Path file) {
        Path folder = file.toAbsolutePath().resolveSibling(DROP_INS);
        List<Path> all = new ArrayList<>();
        try (Stream<Path> entries = Files.list(folder)) {
            entries.sorted().forEach(each -> {
                String name = each.getFileName().toString();
                if (name.endsWith(".yaml") && !name.startsWith(".")) {
                    all.add(each);
                } else if (name.endsWith(".yml") && !name.startsWith(".")) {
                    notes.add(each + ": not read: its name does not end in .yaml");
                }
            });
        } catch (NoSuchFileException none) {
            return all;
        } catch (NotDirectoryException odd) {
            refuse(folder, "is no folder: move it away");
        } catch (IOException | java.io.UncheckedIOException unreadable) {
            refuse(folder, whyUnreadable(folder, unreadable));
        }
        return all;
    }

    private void add(Path file, String ruleSuffix, boolean named) {
        try {
            String distrust = distrust(file, named);
            if (distrust != null) {
                refuse(file, "not read: " + distrust);
                return;
            }
            YamlNode document = YamlNode.parse(file, text(file));
            if (!(document instanceof YamlNode.Mapping)) {
                errors.mapping(document, ConfigKeys.below(""));
            }
            layers.add(new Layer(
                    file,
                    ruleSuffix,
                    document instanceof YamlNode.Mapping mapping
                            ? mapping
                            : new YamlNode.Mapping(Map.of(), Map.of(), document.place())));
        } catch (CharacterCodingException binary) {
            refuse(file, "not UTF-8 text");
        } catch (IOException unreadable) {
            refuse(file, whyUnreadable(file, unreadable));
        } catch (ConfigException broken) {
            complete = false;
            errors.addLine(new Place(file, 0), broken.getMessage());
        }
    }

    /** A pipe or a device is nobody's to change, and is read only when it was named: reading one may wait for ever. */
    private String distrust(Path file, boolean named) throws IOException {
        if (Files.isRegularFile(file)) {
            return trust.whyChangeable(file, named);
        }
        boolean empty = Files.exists(file) && file.toRealPath().equals(NOTHING);
        return named || empty || Files.isDirectory(file) || !Files.exists(file) ? null : "it is no regular file";
    }

    private static String text(Path file) throws IOException, ConfigException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MAX_BYTES + 1); // a size asked beforehand says nothing of a pipe or a device
            if (bytes.length > MAX_BYTES) {
                throw new ConfigException(file + ": larger than 1 MiB, not a configuration");
            }
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        }
    }

    private void refuse(Path file, String why) {
        complete = false;
        errors.add(new Place(file, 0), why);
    }

    private static String whyUnreadable(Path file, Exception unreadable) {
        if (unreadable instanceof NoSuchFileException) {
            return Files.isSymbolicLink(file)
                    ? "the link leads nowhere; remove it, or let it lead to /dev/null to switch the file off"
                    : "no such file; write it, or name another with --config FILE";
        }
        if (unreadable instanceof AccessDeniedException) {
            return "not permitted to read it; run as root or as its owner";
        }
        return Files.isDirectory(file)
                ? "is a folder; name the file in it"
                : "cannot be read (" + unreadable.getMessage() + ")";
    }
}
