package dev.nowake.agent.execute;

import dev.nowake.kernel.Errno;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;

/**
 * What became of a job, file by file in the order they were first added.
 *
 * @param startNanos first call for data, on the clock of {@link System#nanoTime}; without meaning when there was none
 * @param elapsedNanos first call for data to the last look, 0 when there was none
 * @param singlePageBytes landed in single pages, because blocks for large folios were scarce
 * @param cancelled it ended by {@link PrefetchJob#cancel}; what was not begun is counted nowhere
 */
public record PrefetchOutcome(
        List<FileOutcome> files,
        Mechanism mechanism,
        long startNanos,
        long elapsedNanos,
        long singlePageBytes,
        boolean cancelled) {
    public PrefetchOutcome {
        files = List.copyOf(files);
    }

    public long requestedBytes() {
        return sum(FileOutcome::requestedBytes);
    }

    public long landedBytes() {
        return sum(FileOutcome::landedBytes);
    }

    public long alreadyResidentBytes() {
        return sum(FileOutcome::alreadyResidentBytes);
    }

    public long movedBytes() {
        return sum(FileOutcome::movedBytes);
    }

    public long immovableBytes() {
        return sum(FileOutcome::immovableBytes);
    }

    public double seconds() {
        return elapsedNanos / 1e9;
    }

    /** Failed chunks of all files, by errno. */
    public Map<Errno, Integer> errors() {
        Map<Errno, Integer> all = new HashMap<>();
        for (FileOutcome file : files) {
            file.errors().forEach((errno, count) -> all.merge(errno, count, Integer::sum));
        }
        return all;
    }

    private long sum(ToLongFunction<FileOutcome> part) {
        return files.stream().mapToLong(part).sum();
    }
}
