package dev.nowake.agent.stage;

import java.nio.file.Path;
import java.util.List;

/**
 * What a copy came to.
 *
 * @param copied files that are at their target now and were not before
 * @param unchanged files that were there already, by size and time
 * @param verified files whose content was compared
 * @param copiedBytes read and written; holes are neither
 * @param resumedBytes that an earlier copy had left
 * @param isDirect whether all of it went past the page cache
 * @param stopped there is no more space, or whoever asked for it wants no more
 */
public record StageReport(
        int copied,
        int unchanged,
        int verified,
        int links,
        long sizeBytes,
        long copiedBytes,
        long resumedBytes,
        double seconds,
        boolean isDirect,
        boolean stopped,
        List<Path> skipped,
        List<Failure> failures) {
    /** A file that is not there, and why in one line. */
    public record Failure(Path path, String reason) {}

    public StageReport {
        skipped = List.copyOf(skipped);
        failures = List.copyOf(failures);
    }

    public boolean isDone() {
        return failures.isEmpty() && !stopped;
    }
}
