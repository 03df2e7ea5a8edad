package dev.nowake.agent.daemon;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** Folders that changed and are to be listed again, together. Belongs to the engine's thread. */
final class ChangedFolders {
    /** A download makes many files in one folder: one look serves them all. */
    private static final long SETTLE_NANOS = 100_000_000L;

    /** The next look comes no sooner than this many times what the last one took: a root may have ten thousand folders. */
    private static final int SETTLE_FACTOR = 4;

    private final Engine engine;
    private final Consumer<List<Path>> list;
    private final Set<Path> folders = new HashSet<>();
    private volatile long settleNanos = SETTLE_NANOS;

    /** {@code list} gets them on the engine's thread. */
    ChangedFolders(Engine engine, Consumer<List<Path>> list) {
        this.engine = engine;
        this.list = list;
    }

    void add(Path folder) {
        if (folders.isEmpty()) {
            engine.at(System.nanoTime() + settleNanos, this::settled);
        }
        folders.add(folder);
    }

    private void settled() {
        List<Path> settled = List.copyOf(folders);
        folders.clear();
        list.accept(settled);
    }

    /** Any thread. */
    void listingTook(long nanos) {
        settleNanos = Math.max(SETTLE_NANOS, SETTLE_FACTOR * nanos);
    }
}
