package dev.nowake.agent.execute;

import dev.nowake.model.FileId;
import dev.nowake.model.RangeSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A job's accounts: its files in the order they were added, and its time. Guarded by itself. */
final class JobTally {
    private final Mechanism mechanism;
    private final Map<FileId, FileTally> files = new LinkedHashMap<>();
    private boolean begun;
    private long firstCallNanos;
    private long lastLookNanos;
    private long singlePageBytes;

    JobTally(Mechanism mechanism) {
        this.mechanism = mechanism;
    }

    synchronized FileTally file(FileId id) {
        return files.computeIfAbsent(id, FileTally::new);
    }

    /** Nothing for a file that was never added. */
    synchronized void withdraw(FileId id, RangeSet ranges) {
        FileTally file = files.get(id);
        if (file != null) {
            file.withdraw(ranges);
        }
    }

    synchronized void called() {
        if (!begun) {
            begun = true;
            firstCallNanos = System.nanoTime();
            lastLookNanos = firstCallNanos;
        }
    }

    /** {@code singleBytes}: what landed in single pages although the mechanism brings large folios. */
    synchronized void looked(long singleBytes) {
        lastLookNanos = System.nanoTime();
        singlePageBytes += singleBytes;
    }

    synchronized PrefetchOutcome outcome(boolean cancelled) {
        List<FileOutcome> outcomes =
                files.values().stream().map(FileTally::outcome).toList();
        return new PrefetchOutcome(
                outcomes,
                mechanism,
                firstCallNanos,
                begun ? lastLookNanos - firstCallNanos : 0,
                singlePageBytes,
                cancelled);
    }
}
