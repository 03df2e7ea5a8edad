package dev.nowake.agent.mirror.fill;

import dev.nowake.kernel.FileStatus;
import dev.nowake.kernel.OpenFile;

/**
 * A file's two descriptors while it is filled. Closed by the last who uses them once they are retired; a stream that hangs in
 * the remote keeps them until it returns. All but the constant parts is guarded by the filler's lock.
 */
final class OpenEnds implements AutoCloseable {
    private final OpenFile remote;
    private final OpenFile local;
    private final FileStatus status;
    private final boolean isDirect;
    private int users = 1;
    private boolean retired;

    /**
     * @param status of the remote file when it was opened
     * @param isDirect whether it is read past the page cache
     */
    OpenEnds(OpenFile remote, OpenFile local, FileStatus status, boolean isDirect) {
        this.remote = remote;
        this.local = local;
        this.status = status;
        this.isDirect = isDirect;
    }

    OpenFile remote() {
        return remote;
    }

    OpenFile local() {
        return local;
    }

    FileStatus status() {
        return status;
    }

    boolean isDirect() {
        return isDirect;
    }

    /** Whether it may have holes: a filesystem that compresses looks the same. */
    boolean isSparse() {
        return status.allocatedBytes() < status.sizeBytes();
    }

    void use() {
        users++;
    }

    /** Whether the caller is to close them, once it holds no lock. */
    boolean leave() {
        return --users == 0 && retired;
    }

    /** Nobody new uses them. Whether the caller is to close them, once it holds no lock. */
    boolean retire() {
        boolean first = !retired;
        retired = true;
        return first && users == 0;
    }

    boolean isUsed() {
        return users > 0;
    }

    @Override
    public void close() {
        local.close();
        remote.close();
    }
}
