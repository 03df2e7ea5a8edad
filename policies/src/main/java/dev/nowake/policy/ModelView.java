package dev.nowake.policy;

import dev.nowake.model.FileId;
import dev.nowake.model.Format;
import java.util.List;

/**
 * A model below the same roots, loaded or not.
 *
 * @param residentBytes the sum over its files, as last seen; -1 where none was looked at
 * @param inUse a load of it is under way, or somebody has a file of it open or mapped
 * @param lastUsedSeconds unix time of the last open or close seen; 0 where none was
 */
public record ModelView(
        String name,
        Format format,
        long sizeBytes,
        long residentBytes,
        boolean inUse,
        double lastUsedSeconds,
        List<ModelFile> files) {
    /** {@code residentBytes} is -1 where it is unknown. */
    public record ModelFile(FileId id, long sizeBytes, long residentBytes) {}

    public ModelView {
        files = List.copyOf(files);
    }
}
