package dev.nowake.agent.listen;

import dev.nowake.model.FileId;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * At most one descriptor per file: whoever claims a file may hold its descriptor, everybody else closes theirs. Any thread.
 */
public final class FileClaims {
    private final Set<FileId> claimed = ConcurrentHashMap.newKeySet();

    /** True for the first claim; until {@link #release} all others get false. */
    public boolean claim(FileId id) {
        return claimed.add(id);
    }

    /** Call after the descriptor is closed. */
    public void release(FileId id) {
        claimed.remove(id);
    }

    public int size() {
        return claimed.size();
    }
}
