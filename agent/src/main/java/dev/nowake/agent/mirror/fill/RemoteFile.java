package dev.nowake.agent.mirror.fill;

import dev.nowake.agent.execute.PassingRead;
import dev.nowake.kernel.FileStatus;
import dev.nowake.kernel.OpenFile;

/**
 * An open remote file.
 *
 * @param file what is read, and what is looked at to tell whether it is still the same
 * @param status when it was opened
 * @param kind of its filesystem
 * @param passing reads it through page cache and leaves nothing there; closes the file with itself; null where it is read past the
 *     page cache
 */
record RemoteFile(OpenFile file, FileStatus status, RemoteKind kind, PassingRead passing) implements AutoCloseable {
    boolean isDirect() {
        return passing == null;
    }

    /** Whether it may have holes: a filesystem that compresses looks the same. */
    boolean isSparse() {
        return status.allocatedBytes() < status.sizeBytes();
    }

    @Override
    public void close() {
        if (passing != null) {
            passing.close();
        } else {
            file.close();
        }
    }
}
