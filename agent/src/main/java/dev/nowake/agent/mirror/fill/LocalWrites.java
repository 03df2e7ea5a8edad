package dev.nowake.agent.mirror.fill;

import dev.nowake.agent.identify.PathText;
import dev.nowake.agent.mirror.Twin;
import dev.nowake.kernel.Errno;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.OpenFile;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Writes pieces into local files, and asks for room where there is none. Any thread. */
final class LocalWrites {
    private static final Errno EDQUOT = new Errno(122);

    private final FillParts parts;
    private final Object oneAsks = new Object();
    private volatile boolean isFull;

    LocalWrites(FillParts parts) {
        this.parts = parts;
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
        Errno errno = refused.errno();
        if (isFull(refused)) {
            return full(twin, refused);
        }
        String line = PathText.of(twin.local()) + ": " + refused.getMessage();
        if (errno.equals(Errno.EIO) || errno.equals(Errno.EROFS)) {
            return new Fault(FailureKind.BROKEN, line + "; nothing is written to this mirror any more", refused);
        }
        return new Fault(FailureKind.LOCAL, line, refused);
    }

    /** Whether it is for want of room. */
    static boolean isFull(IOException refused) {
        if (refused instanceof KernelException named) {
            return named.errno().equals(Errno.ENOSPC) || named.errno().equals(EDQUOT);
        }
        String line = String.valueOf(refused.getMessage()); // the JDK does not tell the number
        return line.contains("No space left on device") || line.contains("Disk quota exceeded");
    }

    private static Fault full(Twin twin, KernelException refused) {
        return new Fault(
                FailureKind.FULL, PathText.of(twin.local()) + ": no room, and nothing that may be evicted", refused);
    }
}
