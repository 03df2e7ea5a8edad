package dev.nowake.agent.mirror.fill;

import dev.nowake.kernel.Errno;

/** Why a piece did not come. */
public enum FailureKind {
    /** The remote did not answer in time. */
    TIMEOUT(Errno.EIO, true, true),
    /** The remote answered with an error. */
    REMOTE(Errno.EIO, true, true),
    /** There is no such file on the remote now. */
    GONE(Errno.EIO, true, true),
    /** The remote does not let us read it. */
    DENIED(Errno.EPERM, true, true),
    /** The remote file is another one than the twin is of. */
    CHANGED(Errno.EIO, false, false),
    /** The local disk, or the mirror's budget, is full. */
    FULL(Errno.ENOSPC, false, false),
    /** The local file cannot be written. */
    LOCAL(Errno.EIO, true, false),
    /** The local disk fails: nothing is written any more. */
    BROKEN(Errno.EIO, false, false),
    /** The content is not what the file's name promises. */
    CONTENT(Errno.EIO, false, false),
    /** As many threads as there may be wait for the remote, and none comes back. */
    STUCK(Errno.EIO, false, false),
    /** The filler is closed. */
    CLOSED(Errno.EIO, false, false);

    private final Errno errno;
    private final boolean retried;
    private final boolean remotes;

    FailureKind(Errno errno, boolean retried, boolean remotes) {
        this.errno = errno;
        this.retried = retried;
        this.remotes = remotes;
    }

    /** What the reader's call fails with. */
    public Errno errno() {
        return errno;
    }

    /** Whether the piece is tried again though no reader asks. */
    boolean isRetried() {
        return retried;
    }

    /** Whether the remote is to blame: then it is not asked for what nobody waits for, for a while. */
    boolean isRemotes() {
        return remotes;
    }
}
