package dev.nowake.agent.mirror.fill;

import dev.nowake.kernel.FileStatus;
import dev.nowake.kernel.OpenFile;

/**
 * An open remote file.
 *
 * @param status when it was opened
 * @param isDirect whether it is read past the page cache
 */
record RemoteFile(OpenFile file, FileStatus status, boolean isDirect) implements AutoCloseable {
    /** Whether it may have holes: a filesystem that compresses looks the same. */
    boolean isSparse() {
        return status.allocatedBytes() < status.sizeBytes();
    }

    @Override
    public void close() {
        file.close();
    }
}
