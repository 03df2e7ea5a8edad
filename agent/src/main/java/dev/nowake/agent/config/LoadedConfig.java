package dev.nowake.agent.config;

import java.nio.file.Path;
import java.util.List;

/** A configuration, and where it came from. Immutable, any thread. */
public final class LoadedConfig {
    /** Longer lines have their source behind them, not in the column. */
    private static final int SOURCE_COLUMN = 60;

    private final Config config;
    private final YamlNode.Mapping document;
    private final List<Path> files;
    private final List<String> notes;

    LoadedConfig(Config config, YamlNode.Mapping document, List<Path> files, List<String> notes) {
        this.config = config;
        this.document = document;
        this.files = List.copyOf(files);
        this.notes = List.copyOf(notes);
    }

    public Config config() {
        return config;
    }

    /** Those it was read from; what the last says holds. */
    public List<Path> files() {
        return files;
    }

    /** What an operator should know though it is no error, one line each. */
    public List<String> notes() {
        return notes;
    }

    /** Every value in force and where it came from, in the reference's order. {@code policies}: those it was read with. */
    public List<Setting> settings(KnownPolicies policies) {
        return new Settings(document, policies).all();
    }

    /** The same as YAML that can be read again, each value's source behind it. */
    public static String yaml(List<Setting> settings) {
        int width = settings.stream()
                .filter(setting -> setting.source() != null)
                .mapToInt(setting -> Math.min(setting.text().length(), SOURCE_COLUMN))
                .max()
                .orElse(0);
        StringBuilder text = new StringBuilder();
        for (Setting setting : settings) {
            String line = setting.text();
            text.append(line);
            if (setting.source() != null) {
                text.repeat(' ', Math.max(0, width - line.length()))
                        .append("  # ")
                        .append(setting.source().replaceAll("\\p{Cntrl}", "?"));
            }
            text.append('\n');
        }
        return text.toString();
    }
}
