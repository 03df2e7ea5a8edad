package dev.nowake.agent.progress;

import dev.nowake.agent.load.ReaderProgress;
import dev.nowake.model.FileId;
import java.util.Map;

/**
 * What one look saw.
 *
 * @param files those some reader has open or mapped
 * @param finished those its only reader has closed since the last look, having read them to their ends, and how far it was
 *     seen to have got before
 * @param moved some reader touched something since the last look, or read without saying where
 * @param direct some reader has a file open with O_DIRECT
 * @param cpuNanos what the look cost
 */
public record ProgressSeen(
        Map<FileId, FilePlace> files,
        Map<Integer, ReaderProgress> readers,
        Map<FileId, Long> finished,
        boolean moved,
        boolean direct,
        long cpuNanos) {}
