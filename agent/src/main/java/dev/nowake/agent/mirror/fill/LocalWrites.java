package dev.nowake.agent.mirror.fill;

import dev.nowake.agent.identify.PathText;
import dev.nowake.agent.mirror.Twin;
import dev.nowake.kernel.Errno;
import dev.nowake.kernel.FileStatus;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.OpenFile;
import dev.nowake.model.FileId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Writes pieces into local files, and asks for room where there is none. Any thread. */
final class LocalWrites {
    private static final Errno EDQUOT = new Errno(122);

    private static final long LEASE_WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    /** Two seconds of it: taking a model away takes less. */
    private static final int LEASE_TRIES = 100;

    private final FillParts parts;
    private final Object oneAsks = new Object();
    private volatile boolean isFull;

    LocalWrites(FillParts parts) {
        this.parts = parts;
    }

    /**
     * The path may lead to a fresh file by now, which is no business of this twin's.
     *
     * @param remote of the open file that its bytes are to come from
     */
    OpenFile open(Twin twin, FileStatus remote) throws Fault {
        OpenFile local = null;
        Fault wrong;
        try {
            local = openPatiently(twin);
            FileStatus status = parts.kernel().files().status(local);
            boolean same = new FileId(status.device(), status.inode()).equals(twin.id());
            if (same && mayShow(status, remote)) {
                return local;
            }
            wrong = same
                    ? new Fault(
                            FailureKind.DENIED,
                            PathText.of(twin.remote()) + " is another user's now, or for fewer to read than "
                                    + PathText.of(twin.local()))
                    : new Fault(FailureKind.CHANGED, PathText.of(twin.local()) + " is another file now");
        } catch (KernelException refused) {
            wrong = fault(twin, refused);
        }
        if (local != null) {
            local.close();
        }
        throw wrong;
    }

    /**
     * Who may write to the remote folder can put a link, or a file that he has not made, in a listed one's place, of the same
     * size and time: root would read it for him.
     */
    private static boolean mayShow(FileStatus local, FileStatus remote) {
        return local.uid() == remote.uid() && (local.mode() & ~remote.mode() & 0777) == 0;
    }

    /** Whoever holds a lease on the file looks whether it is used, and lets it go again. */
    private OpenFile openPatiently(Twin twin) throws KernelException {
        for (int tries = 1; ; tries++) {
            try {
                return parts.locals().open(twin);
            } catch (KernelException refused) {
                if (!refused.errno().equals(Errno.EAGAIN) || tries == LEASE_TRIES) {
                    throw refused;
                }
                LockSupport.parkNanos(LEASE_WAIT_NANOS);
            }
        }
    }

    /** Once the disk was full the remote is not asked for what could not be written. */
    void askForRoom(Fetch fetch, long bytes) throws Fault, Work.Abandoned {
        if (isFull) {
            fetch.enterLocal();
            if (!makeRoom(bytes)) {
                throw full(fetch.file().twin(), null);
            }
            isFull = false;
            fetch.leaveLocal();
        }
    }

    /** All that remains in the buffer. */
    void write(Fetch fetch, OpenFile local, long offsetBytes, ByteBuffer source) throws Fault {
        Twin twin = fetch.file().twin();
        long at = offsetBytes;
        boolean asked = false;
        while (source.hasRemaining()) {
            try {
                at += parts.kernel().bulkFiles().write(local, at, source);
            } catch (KernelException refused) {
                if (!isFull(refused)) {
                    throw fault(twin, refused);
                }
                if (asked || !makeRoom(source.remaining())) {
                    isFull = true;
                    throw full(twin, refused);
                }
                asked = true;
            }
        }
    }

    /** One stream asks; the others, full at the same time, ask after it, when there may be room. */
    private boolean makeRoom(long bytes) {
        synchronized (oneAsks) {
            return parts.room().make(bytes);
        }
    }

    Fault fault(Twin twin, KernelException refused) {
        if (isFull(refused)) {
            return full(twin, refused);
        }
        String line = PathText.of(twin.local()) + ": " + refused.getMessage();
        if (isBroken(refused)) {
            return new Fault(FailureKind.BROKEN, line + "; nothing is written to this mirror any more", refused);
        }
        return new Fault(FailureKind.LOCAL, line, refused);
    }

    /** Whether it is for want of room. */
    static boolean isFull(IOException refused) {
        return is(refused, Errno.ENOSPC, "No space left on device") || is(refused, EDQUOT, "Disk quota exceeded");
    }

    /** Whether the disk fails, which no other file on it escapes. */
    static boolean isBroken(IOException refused) {
        return is(refused, Errno.EIO, "Input/output error") || is(refused, Errno.EROFS, "Read-only file system");
    }

    /** The JDK tells no numbers. */
    private static boolean is(IOException refused, Errno errno, String words) {
        return refused instanceof KernelException named
                ? named.errno().equals(errno)
                : String.valueOf(refused.getMessage()).contains(words);
    }

    private static Fault full(Twin twin, KernelException refused) {
        return new Fault(
                FailureKind.FULL, PathText.of(twin.local()) + ": no room, and nothing that may be evicted", refused);
    }
}
