package dev.nowake.agent.advice;

import java.nio.file.Path;

/**
 * One file of /sys and what it is to say.
 *
 * @param file null where it is not known, or not there
 * @param before -1 where it is unknown
 * @param after what it says in the end; equal to {@code before} where it was enough
 * @param problem one line where it is not as it should be; null where all is well
 */
public record Change(Path mount, String setting, Path file, long before, long after, String problem) {
    public boolean isChanged() {
        return problem == null && before != after;
    }

    Change failed(String why) {
        return new Change(mount, setting, file, before, before, why);
    }

    Change ended(long now) {
        return new Change(mount, setting, file, before, now, now == after ? null : "the kernel made " + now + " of it");
    }
}
