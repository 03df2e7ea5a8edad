package dev.nowake.agent.config;

import java.util.Map;

/** Reads what the daemon shows of itself and who may tell it what. */
final class ServiceReader {
    private final ConfigErrors errors;

    ServiceReader(ConfigErrors errors) {
        this.errors = errors;
    }

    ServiceSettings settings(Map<String, YamlNode> top) {
        Map<String, YamlNode> metrics = section(top, "metrics");
        Map<String, YamlNode> control = section(top, "control");
        return new ServiceSettings(
                new MetricsSettings(
                        errors.value(metrics, ConfigKeys.LISTEN),
                        errors.value(metrics, ConfigKeys.TEXTFILE),
                        errors.value(metrics, ConfigKeys.MODEL_LABEL)),
                journal(section(top, "journal")),
                new ControlSettings(errors.value(control, ConfigKeys.GROUP), errors.value(control, ConfigKeys.ADMINS)));
    }

    private JournalSettings journal(Map<String, YamlNode> keys) {
        JournalSettings journal = new JournalSettings(
                errors.value(keys, ConfigKeys.FILE_SIZE),
                errors.value(keys, ConfigKeys.JOURNAL_SIZE),
                errors.value(keys, ConfigKeys.AGE));
        if (journal.maxBytes() < journal.fileBytes()) {
            String size = ConfigKeys.JOURNAL_SIZE.name();
            YamlNode wrong = keys.getOrDefault(size, keys.get(ConfigKeys.FILE_SIZE.name()));
            errors.add(
                    wrong,
                    "the journal's files together (size: " + ByteSize.exact(journal.maxBytes())
                            + ") are less than one of them (fileSize: " + ByteSize.exact(journal.fileBytes())
                            + "): give both");
        }
        return journal;
    }

    private Map<String, YamlNode> section(Map<String, YamlNode> top, String name) {
        YamlNode node = top.get(name);
        return node == null ? Map.of() : errors.mapping(node, ConfigKeys.below(name));
    }
}
