package dev.nowake.agent.mirror.fill;

import dev.nowake.kernel.OpenFile;

/**
 * A file's two descriptors while it is filled. Closed by the last who uses them once they are retired; a stream that hangs in
 * the remote keeps them until it returns. All but the constant parts is guarded by the filler's lock.
 */
final class OpenEnds implements AutoCloseable {
    private final OpenFile local;
    private final boolean isForCourses;
    private RemoteFile remote;
    private int users = 1;
    private boolean retired;

    /** @param isForCourses whether each stream opens the remote file for itself */
    OpenEnds(RemoteFile remote, OpenFile local, boolean isForCourses) {
        this.remote = remote;
        this.local = local;
        this.isForCourses = isForCourses;
    }

    /** That of all streams; null where each has its own. */
    RemoteFile remote() {
        return isForCourses ? null : remote;
    }

    /** For the first stream that opens it for itself; null for all others. */
    RemoteFile takeRemote() {
        RemoteFile taken = remote;
        remote = null;
        return taken;
    }

    OpenFile local() {
        return local;
    }

    boolean isForCourses() {
        return isForCourses;
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
        if (remote != null) {
            remote.close();
        }
    }
}
