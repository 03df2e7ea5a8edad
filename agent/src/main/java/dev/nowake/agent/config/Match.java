package dev.nowake.agent.config;

import dev.nowake.model.Format;
import java.util.List;

/**
 * What a rule is for. Every condition that is given must hold; one that is not (null, an empty list) holds always.
 *
 * @param paths one of them matches the file's path: whole paths from {@code /} on, others below the root
 * @param formats one of them is the model's
 * @param size of the model, all its shards together
 * @param command the reader's name as the kernel keeps it, its first 15 bytes
 * @param user the reader's
 * @param cgroup the reader's path below the cgroup mount, from {@code /} on
 * @param pod the reader's Kubernetes pod: its uid, or {@code namespace/name} where the pattern has a slash
 * @param mount the filesystem's type, as /proc/self/mountinfo names it
 */
public record Match(
        List<Glob> paths,
        List<Format> formats,
        SizeRange size,
        Glob command,
        User user,
        Glob cgroup,
        Glob pod,
        Glob mount) {
    public static final Match EVERYTHING = new Match(List.of(), List.of(), null, null, null, null, null, null);

    /**
     * A user, as written and as the kernel knows it.
     *
     * @param name as it was written, which may be the number
     */
    public record User(String name, int uid) {}

    public Match {
        paths = List.copyOf(paths);
        formats = List.copyOf(formats);
    }
}
