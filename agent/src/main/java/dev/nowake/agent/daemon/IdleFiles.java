package dev.nowake.agent.daemon;

import dev.nowake.agent.identify.CatalogEntry;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.OpenFile;
import dev.nowake.model.FileId;

/**
 * Looks what of a model file is resident while nobody reads it, where opening a file disturbs nothing. Asks for residency
 * alone and reads no byte. The background thread.
 */
final class IdleFiles {
    private final Parts parts;
    private final Baseline baseline;

    IdleFiles(Parts parts, Baseline baseline) {
        this.parts = parts;
        this.baseline = baseline;
    }

    void forget(FileId id) {
        baseline.forget(id);
    }

    /** Remembers what is resident, unless something is known already or a load has the file. */
    void look(CatalogEntry entry) {
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
