package dev.nowake.policy;

import dev.nowake.model.FileId;
import java.util.List;

/**
 * A model of which a mirror has bytes on its disk.
 *
 * @param name as {@link ModelView#name}; two may have the same
 * @param sizeBytes of its files, were they all there
 * @param onDiskBytes what they take on the disk: what evicting it frees
 * @param lastLoadedSeconds unix time of the last open seen, by this daemon or one before it; 0 where none was
 * @param open somebody has a file of it open or mapped
 * @param loading bytes of it are being brought, or a load of it is under way
 * @param kept an operator wants it kept ({@code nowake keep})
 */
public record MirroredModelView(
        String name,
        long sizeBytes,
        long onDiskBytes,
        double lastLoadedSeconds,
        boolean open,
        boolean loading,
        boolean kept,
        List<MirroredFile> files) {
    /**
     * @param id of the local file
     * @param path a label
     */
    public record MirroredFile(FileId id, String path, long sizeBytes, long onDiskBytes) {}

    public MirroredModelView {
        files = List.copyOf(files);
    }

    /** What keeps it on the disk, in a few words; null where it may go. */
    public String staysBecause() {
        if (open) {
            return "open";
        }
        if (loading) {
            return "being loaded";
        }
        return kept ? "kept" : null;
    }
}
