package dev.nowake.agent.daemon;

import dev.nowake.agent.identify.CatalogEntry;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.OpenFile;
import dev.nowake.model.FileId;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.concurrent.Executor;
import java.util.function.Function;

/**
 * Looks what of a model file is resident while nobody reads it, where opening a file disturbs nothing. Asks for residency
 * alone and reads no byte. Belongs to the background thread.
 */
final class IdleFiles {
    /** In one go: somebody may wait for this thread. */
    private static final long LOOK_NANOS = 50_000_000L;

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
        Deque<FileId> left = new ArrayDeque<>(files);
        long end = System.nanoTime() + nanos;
        while (!left.isEmpty() && System.nanoTime() < end) {
            look(left.poll());
        }
        if (!left.isEmpty()) {
            background.execute(() -> look(left));
        }
    }

    /** Somebody who is no reader has moved the file's pages: what is resident now was there before the next reader. Any thread. */
    void lookAgain(FileId id) {
        background.execute(() -> {
            baseline.forget(id);
            look(id);
        });
    }

    private void look(FileId id) {
        CatalogEntry entry = models.apply(id);
        if (entry != null) {
            look(entry);
        }
    }

    /** Remembers what is resident, unless something is known already or a load has the file. */
    private void look(CatalogEntry entry) {
        FileId id = entry.shard().id();
        if (parts.mounts().isFuse(id.device()) || !parts.claims().claim(id)) {
            return;
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
    }
}
