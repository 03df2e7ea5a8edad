package dev.nowake.agent.identify;

import dev.nowake.kernel.FileAccess;
import dev.nowake.kernel.FileAccess.ReadMode;
import dev.nowake.kernel.FileStatus;
import dev.nowake.kernel.OpenFile;
import dev.nowake.model.FileId;
import dev.nowake.model.HostileModelException;
import dev.nowake.model.Layout;
import dev.nowake.model.format.FormatDetector;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** Headers of model files, read when first needed and kept until the file changes. For any thread. */
public final class Layouts {
    /**
     * A layout, and why it is not the file's.
     *
     * @param refusal one line where the header was refused (the layout is then {@link Layout#unknown()}), else null
     */
    public record Looked(Layout layout, String refusal) {}

    private record Version(long sizeBytes, long mtimeNanos, Looked looked) {}

    private final FileAccess files;
    private final Map<FileId, Version> known = new ConcurrentHashMap<>();
    private final AtomicLong refused = new AtomicLong();

    public Layouts(FileAccess files) {
        this.files = files;
    }

    /**
     * The file's layout through a descriptor that stays the caller's. A header that is broken is an answer too, counted
     * once for each version of the file.
     *
     * @throws IOException reading failed; with {@link ReadMode#NOWAIT} EAGAIN where the header is not resident
     */
    public Looked of(CatalogEntry entry, OpenFile file, ReadMode mode) throws IOException {
        FileStatus status = files.status(file);
        FileId id = TreeWalk.idOf(status);
        Version version = known.get(id);
        if (version == null
                || version.sizeBytes() != status.sizeBytes()
                || version.mtimeNanos() != status.mtimeNanos()) {
            Looked looked = look(entry, file, mode);
            version = new Version(status.sizeBytes(), status.mtimeNanos(), looked);
            known.put(id, version);
        }
        return version.looked();
    }

    /** Headers refused so far. */
    public long refusedCount() {
        return refused.get();
    }

    /** Forgets files that the catalog does not know any more. */
    public void keepOnly(CatalogSnapshot snapshot) {
        known.keySet().removeIf(id -> snapshot.find(id) == null);
    }

    private Looked look(CatalogEntry entry, OpenFile file, ReadMode mode) throws IOException {
        try {
            String name = PathText.nameOf(entry.path());
            return new Looked(FormatDetector.read(new KernelByteSource(files, file, mode), name), null);
        } catch (HostileModelException e) {
            refused.incrementAndGet();
            return new Looked(Layout.unknown(), e.getMessage());
        }
    }
}
