package dev.nowake.agent.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.stream.Collectors;

/** The keys with a value of their own; {@link KeyTable} has all. */
final class ConfigKeys {
    static final ConfigKey<Mode> MODE = ConfigKey.of(
            "mode",
            Values.MODE,
            Mode.OBSERVE,
            "`observe`: everything is computed and logged, nothing is touched. `enforce`: plans are carried out."
                    + " For roots that name no mode",
            "enforce");

    static final ConfigKey<String> ROOT_POLICY = ConfigKey.of(
            "roots[].policy",
            Values.POLICY,
            ConfigFile.DEFAULT_POLICY,
            "who decides about what no rule is for",
            "whole-file");

    static final ConfigKey<Boolean> ROOT_ENABLED = ConfigKey.of(
            "roots[].enabled",
            Values.FLAG,
            true,
            "`false` takes the root out, as though it were not written in any file",
            "false");

    static final ConfigKey<Boolean> RULE_ENABLED = ConfigKey.of(
            "rules[].enabled",
            Values.FLAG,
            true,
            "`false` takes the rule out, as though it were not written in any file",
            "false");

    static final ConfigKey<Long> MAX = ConfigKey.of(
            "inFlight.max",
            Values.IN_FLIGHT,
            InFlightLimits.DEFAULT.maxBytes(),
            "bytes asked of storage and not yet returned, of all mounts together; "
                    + ByteSize.exact(InFlightLimits.LEAST_BYTES) + " or more",
            "512MiB");

    static final ConfigKey<Long> MOUNT_MAX = ConfigKey.of(
            "inFlight.mountMax",
            Values.IN_FLIGHT,
            null,
            "the same of any one mount, " + ByteSize.exact(InFlightLimits.LEAST_BYTES)
                    + " or more; without it what was measured good for its filesystem",
            "4MiB");

    static final ConfigKey<String> LISTEN = ConfigKey.of(
            "metrics.listen",
            Values.LISTEN,
            MetricsSettings.NONE.listen(),
            "where metrics are served over HTTP; without it nowhere",
            "127.0.0.1:9469");

    static final ConfigKey<Path> TEXTFILE = ConfigKey.of(
            "metrics.textfile",
            Values.TEXTFILE,
            MetricsSettings.NONE.textfile(),
            "a file written anew from time to time for node_exporter's textfile collector; without it none",
            "/var/lib/prometheus/node-exporter/nowake.prom");

    static final ConfigKey<Boolean> MODEL_LABEL = ConfigKey.of(
            "metrics.modelLabel",
            Values.FLAG,
            MetricsSettings.NONE.modelLabel(),
            "whether metrics of loads tell the models' names",
            "true");

    static final ConfigKey<Long> FILE_SIZE = ConfigKey.of(
            "journal.fileSize",
            Values.JOURNAL_SIZE,
            JournalSettings.DEFAULT.fileBytes(),
            "a file of the journal that has grown to this is closed and a new one begun; "
                    + ByteSize.exact(JournalSettings.LEAST_BYTES) + " or more",
            "8MiB");

    static final ConfigKey<Long> JOURNAL_SIZE = ConfigKey.of(
            "journal.size",
            Values.JOURNAL_SIZE,
            JournalSettings.DEFAULT.maxBytes(),
            "of all files of the journal together, at least one file's; the oldest go",
            "1GiB");

    static final ConfigKey<Duration> AGE = ConfigKey.of(
            "journal.age", Values.AGE, JournalSettings.DEFAULT.maxAge(), "what is older goes, a file at a time", "90d");

    static final ConfigKey<String> GROUP = ConfigKey.of(
            "control.group",
            Values.GROUP,
            ControlSettings.OWNER_ALONE.group(),
            "whose members may ask the daemon what only reads; without it root alone",
            "nowake");

    static final ConfigKey<String> ADMINS = ConfigKey.of(
            "control.admins",
            Values.GROUP,
            ControlSettings.OWNER_ALONE.admins(),
            "the group whose members may also change what the daemon does; without it root alone",
            "nowake-admin");

    private ConfigKeys() {}

    /** The names there may be directly below a path; at the top for an empty one. */
    static Set<String> below(String path) {
        return KeyTable.ALL.stream()
                .filter(key -> key.parent().equals(path))
                .map(ConfigKey::name)
                .collect(Collectors.toSet());
    }
}
