package dev.nowake.agent.progress;

import dev.nowake.kernel.OpenFile;
import dev.nowake.model.FileId;
import dev.nowake.model.RangeSet;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;

/**
 * What to look at.
 *
 * @param closed sizes of files that were opened in this load and that nobody has any more
 * @param opens how many opens were heard: after another one descriptors and mappings are looked for anew
 * @param events whether the kernel's events may be asked for
 */
public record ProgressQuestion(
        Set<Integer> readers, Map<FileId, Asked> files, Map<FileId, Long> closed, long opens, boolean events) {
    /**
     * One file in use.
     *
     * @param gone what was dropped while it was read, and is not there unless a reader came back for it
     * @param expected pages that say nothing of a reader when they appear: asked for, or there before
     * @param headerBytes the part before its first tensor, which readers come back to as they please
     * @param file for residency; null where it may not be looked at. Stays open until the look is over
     */
    public record Asked(long sizeBytes, RangeSet gone, RangeSet expected, long headerBytes, Path path, OpenFile file) {}
}
