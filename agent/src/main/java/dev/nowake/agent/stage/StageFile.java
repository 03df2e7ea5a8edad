package dev.nowake.agent.stage;

import dev.nowake.kernel.FileStatus;
import java.nio.file.Path;

/**
 * One file to copy.
 *
 * @param source where its bytes are, links resolved
 * @param target the name it gets
 * @param status of the source when it was listed; its identity
 * @param digest what its name promises of its content, or null
 */
public record StageFile(Path source, Path target, FileStatus status, ContentDigest digest) {
    public long sizeBytes() {
        return status.sizeBytes();
    }

    /** Whether another look at the source shows the same file, unchanged. */
    public boolean isSame(FileStatus now) {
        return now.device() == status.device()
                && now.inode() == status.inode()
                && now.sizeBytes() == status.sizeBytes()
                && now.mtimeNanos() == status.mtimeNanos();
    }
}
