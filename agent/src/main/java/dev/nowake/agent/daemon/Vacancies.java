package dev.nowake.agent.daemon;

import dev.nowake.agent.listen.Sighting;
import dev.nowake.model.FileId;
import java.util.HashMap;
import java.util.Map;

/**
 * When each file was last found to be nobody's. An open that was heard, or found in /proc, before that and comes to the engine
 * after it has been closed since: it is part of what is over, and begins nothing. Belongs to the engine's thread.
 */
final class Vacancies {
    /** Nothing waits for the engine as long as this. */
    private static final long KEPT_NANOS = 60_000_000_000L;

    /** At so many those that are kept no longer are dropped. */
    private static final int CROWD = 4_096;

    private final Map<FileId, Long> sinceNanos = new HashMap<>();

    /** {@code askedNanos}: just before it was asked whether somebody has the file, and the answer was nobody. */
    void found(FileId id, long askedNanos) {
        if (sinceNanos.size() >= CROWD) {
            sinceNanos.values().removeIf(since -> askedNanos - since > KEPT_NANOS);
        }
        sinceNanos.put(id, askedNanos);
    }

    /** Whether everybody who had opened the file by the time of this sighting has closed it since. */
    boolean isPast(Sighting open) {
        Long since = sinceNanos.get(open.id());
        return since != null && open.atNanos() - since <= 0;
    }
}
