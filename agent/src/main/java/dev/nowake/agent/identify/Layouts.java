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
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/** Headers of model files, read when first needed and kept until the file changes. For any thread. */
public final class Layouts {
    /**
     * A layout, and why it is not the file's.
     *
     * @param refusal one line where the header was refused (the layout is then {@link Layout#unknown()}), else null
     */
    public record Looked(Layout layout, String refusal) {}

    private record Version(long sizeBytes, long mtimeNanos, Looked looked) {
        int tensors() {
            return looked.layout().tensors().size();
        }
    }

    /**
     * Tensors kept over all files, least recently asked for first out: about 20 MB, and more than the largest model
     * known has in all its shards (91,000), so that no load reads a header twice.
     */
    private static final int MAX_TENSORS_KEPT = 1 << 17;

    private final FileAccess files;
    private final Map<FileId, Version> known = new LinkedHashMap<>(16, 0.75f, true);
    private int tensorsKept;
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
        synchronized (known) {
            Version version = known.get(id);
            if (version != null
                    && version.sizeBytes() == status.sizeBytes()
                    && version.mtimeNanos() == status.mtimeNanos()) {
                return version.looked();
            }
        }
        Looked looked = look(entry, file, mode);
        keep(id, new Version(status.sizeBytes(), status.mtimeNanos(), looked));
        return looked;
    }

    private void keep(FileId id, Version version) {
        synchronized (known) {
            forget(known.put(id, version));
            tensorsKept += version.tensors();
            var oldest = known.values().iterator();
            while (tensorsKept > MAX_TENSORS_KEPT && known.size() > 1) {
                forget(oldest.next());
                oldest.remove();
            }
        }
    }

    private void forget(Version version) {
        tensorsKept -= version == null ? 0 : version.tensors();
    }

    /** Headers refused so far. */
    public long refusedCount() {
        return refused.get();
    }

    /** Forgets files that the catalog does not know any more. */
    public void keepOnly(CatalogSnapshot snapshot) {
        synchronized (known) {
            known.entrySet().removeIf(entry -> {
                boolean gone = snapshot.find(entry.getKey()) == null;
                forget(gone ? entry.getValue() : null);
                return gone;
            });
        }
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
