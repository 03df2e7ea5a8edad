package dev.nowake.agent.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/** Every key of the configuration: what is read, what is refused, and what the reference and the schema say of it. */
final class ConfigKeys {
    static final ConfigKey<String> LISTEN = new ConfigKey<>(
            "metrics.listen",
            Values.LISTEN,
            MetricsSettings.NONE.listen(),
            "where metrics are served over HTTP; without it nowhere",
            "127.0.0.1:9469");

    static final ConfigKey<Path> TEXTFILE = new ConfigKey<>(
            "metrics.textfile",
            Values.TEXTFILE,
            MetricsSettings.NONE.textfile(),
            "a file written anew from time to time for node_exporter's textfile collector; without it none",
            "/var/lib/prometheus/node-exporter/nowake.prom");

    static final ConfigKey<Boolean> MODEL_LABEL = new ConfigKey<>(
            "metrics.modelLabel",
            Values.FLAG,
            MetricsSettings.NONE.modelLabel(),
            "whether metrics of loads tell the models' names",
            "true");

    static final ConfigKey<Long> FILE_SIZE = new ConfigKey<>(
            "journal.fileSize",
            Values.SIZE.checked(atLeast(JournalSettings.LEAST_BYTES)),
            JournalSettings.DEFAULT.fileBytes(),
            "a file of the journal that has grown to this is closed and a new one begun",
            "8MiB");

    static final ConfigKey<Long> JOURNAL_SIZE = new ConfigKey<>(
            "journal.size",
            Values.SIZE.checked(atLeast(JournalSettings.LEAST_BYTES)),
            JournalSettings.DEFAULT.maxBytes(),
            "of all files of the journal together, at least one file's; the oldest go",
            "1GiB");

    static final ConfigKey<Duration> AGE = new ConfigKey<>(
            "journal.age",
            Values.TIME.checked(ConfigKeys::notNothing),
            JournalSettings.DEFAULT.maxAge(),
            "what is older goes, a file at a time",
            "90d");

    static final ConfigKey<String> GROUP = new ConfigKey<>(
            "control.group",
            Values.GROUP,
            ControlSettings.OWNER_ALONE.group(),
            "whose members may ask the daemon what only reads; without it root alone",
            "nowake");

    static final ConfigKey<String> ADMINS = new ConfigKey<>(
            "control.admins",
            Values.GROUP,
            ControlSettings.OWNER_ALONE.admins(),
            "the group whose members may also change what the daemon does; without it root alone",
            "nowake-admin");

    static final List<ConfigKey<?>> ALL =
            List.of(LISTEN, TEXTFILE, MODEL_LABEL, FILE_SIZE, JOURNAL_SIZE, AGE, GROUP, ADMINS);

    private ConfigKeys() {}

    /** The names there may be directly below a path. */
    static Set<String> below(String path) {
        return ALL.stream()
                .filter(key -> key.path().startsWith(path + "."))
                .map(ConfigKey::name)
                .collect(Collectors.toSet());
    }

    private static UnaryOperator<Long> atLeast(long leastBytes) {
        return bytes -> {
            if (bytes < leastBytes) {
                throw new IllegalArgumentException(
                        ByteSize.exact(bytes) + " is too little: write " + ByteSize.exact(leastBytes) + " or more");
            }
            return bytes;
        };
    }

    private static Duration notNothing(Duration time) {
        if (time.isZero()) {
            throw new IllegalArgumentException("no time at all would keep nothing: write 1h or more");
        }
        return time;
    }
}
