package dev.nowake.agent.observe;

import java.time.Instant;

/** Lines that are not in the journal and have not been told of. Any thread. */
final class Losses {
    private long lines;
    private Instant since;

    /** @param since when the first was lost */
    record Told(long lines, Instant since) {}

    synchronized void add(Instant at) {
        if (lines++ == 0) {
            since = at;
        }
    }

    /** Null where nothing was lost. */
    synchronized Told now() {
        return lines == 0 ? null : new Told(lines, since);
    }

    /** So much stands in the journal now. */
    synchronized void told(Told told, Instant at) {
        lines -= told.lines();
        since = at;
    }
}
