package dev.nowake.agent.daemon;

import dev.nowake.agent.identify.CatalogEntry;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.OpenFile;
import dev.nowake.model.FileId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Function;

/**
 * Looks what of a model file is resident while nobody reads it, where opening a file disturbs nothing. Asks for residency
 * alone and reads no byte. Belongs to the background thread.
 */
final class IdleFiles {
    /** In one go: somebody may wait for this thread. */
    private static final long LOOK_NANOS = 50_000_000L;

    /**
     * A file whose event is on the way is ours to look at a moment later, unless that was a reader's. Without a look all that
     * is there when it is read would pass for having been there before.
     */
    private static final long[] AGAIN_AFTER_MILLIS = {5, 20, 50, 200, 1_000};

    private static final long MILLI = 1_000_000L;

    private final Parts parts;
    private final Baseline baseline;
    private final Function<FileId, CatalogEntry> models;
    private final Executor background;

    /** {@code models}: null for a file that is no model's. */
    IdleFiles(Parts parts, Baseline baseline, Function<FileId, CatalogEntry> models, Executor background) {
        this.parts = parts;
        this.baseline = baseline;
        this.models = models;
        this.background = background;
    }

    /** Looks at those of which nothing is known yet: a moment now, at the rest when what waits has had its turn. */
    void look(Collection<FileId> files) {
        look(files, LOOK_NANOS);
    }

    /** The same, for so long now. */
    void look(Collection<FileId> files, long nanos) {
        look(files, nanos, 0);
    }

    private void look(Collection<FileId> files, long nanos, int attempt) {
        Deque<FileId> left = new ArrayDeque<>(files);
        List<FileId> taken = new ArrayList<>();
        long end = System.nanoTime() + nanos;
        while (!left.isEmpty() && System.nanoTime() < end) {
            FileId id = left.poll();
            if (!look(id)) {
                taken.add(id);
            }
        }
        if (!left.isEmpty()) {
            background.execute(() -> look(left, LOOK_NANOS, attempt));
        }
        if (!taken.isEmpty() && attempt < AGAIN_AFTER_MILLIS.length) {
            long due = System.nanoTime() + AGAIN_AFTER_MILLIS[attempt] * MILLI;
            parts.engine()
                    .submit(() -> parts.engine()
                            .at(due, () -> background.execute(() -> look(taken, LOOK_NANOS, attempt + 1))));
        }
    }

    /** Somebody who is no reader has moved the file's pages: what is resident now was there before the next reader. Any thread. */
    void lookAgain(FileId id) {
        background.execute(() -> {
            baseline.forget(id);
            look(List.of(id));
        });
    }

    /** False where something else holds a descriptor of the file. */
    private boolean look(FileId id) {
        CatalogEntry entry = models.apply(id);
        return entry == null || look(entry);
    }

    /** Remembers what is resident, unless something is known already or a load has the file. */
    private boolean look(CatalogEntry entry) {
        FileId id = entry.shard().id();
        if (parts.mounts().isFuse(id.device())) {
            return true;
        }
        if (!parts.claims().claim(id)) {
            return false;
        }
        try (OpenFile file = parts.kernel().files().open(entry.path())) {
            baseline.rememberFirst(
                    id,
                    baseline.resident(file, entry.shard().sizeBytes()),
                    entry.shard().sizeBytes());
        } catch (KernelException gone) {
            baseline.forget(id); // its next open starts from what it finds
        } finally {
            parts.claims().release(id);
        }
        return true;
    }
}
