package dev.nowake.agent.rules;

import dev.nowake.model.Format;
import java.nio.file.Path;

/**
 * What a rule is chosen for: a load at its first open.
 *
 * @param path of the file that was opened first, as it was found below its root
 * @param format the model's
 * @param sizeBytes the model's, all its shards together
 * @param mountType of the filesystem the file is on, as /proc/self/mountinfo names it
 */
public record Subject(Path path, Format format, long sizeBytes, String mountType, Reader reader) {}
