package dev.nowake.agent.progress;

import dev.nowake.agent.load.ReaderProgress;
import dev.nowake.model.FileId;
import java.util.Map;

/**
 * What one look saw.
 *
 * @param files those some reader has open or mapped
 * @param moved some reader touched something since the last look, or read without saying where
 * @param direct some reader has a file open with O_DIRECT
 * @param cpuNanos what the look cost
 */
public record ProgressSeen(
        Map<FileId, FilePlace> files,
        Map<Integer, ReaderProgress> readers,
        boolean moved,
        boolean direct,
        long cpuNanos) {}
