package dev.nowake.agent.mirror;

import dev.nowake.kernel.Errno;
import java.io.IOException;
import java.util.concurrent.CompletionException;

/** Why bytes did not come: what the reader's call fails with, and one line for people. */
public final class FillFailure extends IOException {
    private final Errno errno;

    /** @param errno EIO, ENOSPC, EBUSY, EAGAIN, EPERM or EDQUOT: fanotify(7) passes on no other */
    public FillFailure(Errno errno, String message, Throwable cause) {
        super(message, cause);
        this.errno = errno;
    }

    /** What a call fails with whose bytes did not come for this reason. */
    public static Errno errnoOf(Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        return cause instanceof FillFailure known ? known.errno() : Errno.EIO;
    }

    public Errno errno() {
        return errno;
    }
}
