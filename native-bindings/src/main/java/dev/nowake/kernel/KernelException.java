package dev.nowake.kernel;

import java.io.IOException;

/** A kernel call failed: which call, with which errno. Never thrown for a short result. */
public final class KernelException extends IOException {
    private final String call;
    private final Errno errno;

    public KernelException(String call, Errno errno) {
        super(call + ": " + errno.describe());
        this.call = call;
        this.errno = errno;
    }

    /** The call as its man page names it, for example {@code cachestat}. */
    public String call() {
        return call;
    }

    public Errno errno() {
        return errno;
    }
}
