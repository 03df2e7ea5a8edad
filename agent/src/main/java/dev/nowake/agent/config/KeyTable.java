package dev.nowake.agent.config;

import dev.nowake.agent.config.ConfigKey.Shape;
import java.util.List;
import java.util.stream.Stream;

/**
 * Every key of the configuration, in the order in which they are told: what may stand in a file, what the reference says
 * of it and what an editor's schema does.
 */
final class KeyTable {
    private static final List<ConfigKey<?>> BEFORE = List.of(
            ConfigKeys.MODE,
            ConfigKey.of("roots", Shape.ITEMS, null, "the folders to watch", "[{path: /models}]"),
            ConfigKey.of(
                    "roots[].path",
                    Shape.VALUE,
                    Values.FOLDER,
                    "the folder, absolute, or a pattern for several; everything below is watched; required",
                    "/models"),
            ConfigKeys.ROOT_POLICY,
            ConfigKey.of("roots[].args", Shape.ARGUMENTS, null, "the policy's arguments", "{window: 64GiB}"),
            ConfigKey.of(
                    "roots[].mode", Shape.VALUE, Values.MODE, "`observe` or `enforce`; without it `mode`", "enforce"),
            ConfigKeys.ROOT_ENABLED,
            ConfigKey.of("policies", Shape.LIST, Values.FOLDER, "folders with policies", "[/etc/nowake/policies]"),
            ConfigKey.of("inFlight", Shape.KEYS, null, "bytes asked of storage and not yet returned", "{max: 512MiB}"),
            ConfigKeys.MAX,
            ConfigKeys.MOUNT_MAX,
            ConfigKey.of(
                    "rules",
                    Shape.ITEMS,
                    null,
                    "the first that matches wins",
                    "[{match: {command: tar}, policy: none}]"),
            ConfigKey.of(
                    "rules[].name",
                    Shape.VALUE,
                    Values.NAME,
                    "one line of at most " + RuleReader.LONGEST_NAME
                            + " characters, no two alike; without it `rule N` by its place",
                    "backups"),
            ConfigKey.of(
                    "rules[].match",
                    Shape.KEYS,
                    null,
                    "conditions; without it the rule is for everything",
                    "{mount: nfs*}"),
            ConfigKey.of(
                    "rules[].match.path",
                    Shape.VALUES,
                    Values.PATTERN,
                    "of the file whose open began the load: whole from `/` on, else below its root",
                    "\"llama/**\""),
            ConfigKey.of("rules[].match.format", Shape.VALUES, Values.FORMAT, "of the model", "[gguf, safetensors]"),
            ConfigKey.of(
                    "rules[].match.size",
                    Shape.VALUE,
                    Values.SIZES,
                    "of the model, all its shards together",
                    "\">=10GiB\""),
            ConfigKey.of("rules[].match.mount", Shape.VALUE, Values.PATTERN, "the filesystem's type", "fuse*"),
            ConfigKey.of(
                    "rules[].match.command",
                    Shape.VALUE,
                    Values.PATTERN,
                    "the reader's name, its first 15 bytes",
                    "\"{rsync,rclone}\""),
            ConfigKey.of("rules[].match.user", Shape.VALUE, Values.USER, "the reader's effective user", "1000"),
            ConfigKey.of(
                    "rules[].match.cgroup",
                    Shape.VALUE,
                    Values.PATTERN,
                    "the reader's control group",
                    "/system.slice/**"),
            ConfigKey.of(
                    "rules[].match.pod",
                    Shape.VALUE,
                    Values.PATTERN,
                    "the reader's Kubernetes pod: its uid, or `namespace/name`",
                    "prod/*"),
            ConfigKey.of("rules[].policy", Shape.VALUE, Values.POLICY, "who decides; required", "none"),
            ConfigKey.of("rules[].args", Shape.ARGUMENTS, null, "the policy's arguments", "{window: 16GiB}"),
            ConfigKey.of(
                    "rules[].mode",
                    Shape.VALUE,
                    Values.MODE,
                    "`observe` or `enforce`; without it the root's",
                    "observe"),
            ConfigKey.of(
                    "rules[].fallback",
                    Shape.VALUE_OR_KEYS,
                    Values.POLICY,
                    "who stands in while the policy is disabled: a name, or `{policy, args}`; without it `"
                            + ConfigFile.DEFAULT_POLICY + "`",
                    "whole-file"),
            ConfigKey.of(
                    "rules[].fallback.policy", Shape.VALUE, Values.POLICY, "who stands in; required", "whole-file"),
            ConfigKey.of("rules[].fallback.args", Shape.ARGUMENTS, null, "its arguments", "{window: 1GiB}"),
            ConfigKeys.RULE_ENABLED);

    private static final List<ConfigKey<?>> AFTER = List.of(
            ConfigKey.of("metrics", Shape.KEYS, null, "where metrics are shown", "{listen: 127.0.0.1:9469}"),
            ConfigKeys.LISTEN,
            ConfigKeys.TEXTFILE,
            ConfigKeys.MODEL_LABEL,
            ConfigKey.of("journal", Shape.KEYS, null, "how much of the journal is kept", "{age: 90d}"),
            ConfigKeys.FILE_SIZE,
            ConfigKeys.JOURNAL_SIZE,
            ConfigKeys.AGE,
            ConfigKey.of("control", Shape.KEYS, null, "who may talk to the daemon, beside root", "{group: nowake}"),
            ConfigKeys.GROUP,
            ConfigKeys.ADMINS);

    static final List<ConfigKey<?>> ALL =
            Stream.of(BEFORE, MirrorKeys.ALL, AFTER).flatMap(List::stream).toList();

    private KeyTable() {}
}
