package dev.nowake.agent.daemon;

import dev.nowake.kernel.FileEvent;
import dev.nowake.model.FileId;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Files known to be no model's, until a folder changes. Any thread. */
final class ForeignFiles {
    /** Forgotten when there are more, so a host that makes many files costs no memory. */
    private static final int MAX_FILES = 100_000;

    private final Set<FileId> files = ConcurrentHashMap.newKeySet();

    /** Whether an event of the file may be of use: it is not known to be foreign, or was just written. */
    boolean admits(FileId id, long mask) {
        return (mask & FileEvent.CLOSE_WRITE) != 0 || !files.contains(id);
    }

    boolean contains(FileId id) {
        return files.contains(id);
    }

    void add(FileId id) {
        if (files.size() >= MAX_FILES) {
            files.clear();
        }
        files.add(id);
    }

    void forget(FileId id) {
        files.remove(id);
    }

    void forgetAll() {
        files.clear();
    }
}
