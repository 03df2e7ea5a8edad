package dev.nowake.kernel;

import java.io.IOException;

/** Write leases (fcntl(2) F_SETLEASE) as a question: does anybody else have this file open or mapped? */
public interface Leases {
    /**
     * Takes a write lease on our only, read-only descriptor of the file and gives it back at once. True when somebody
     * else has the file open or mapped (EAGAIN), other descriptors of our own included unless dup(2)ed from this one.
     * For enforce mode only: an O_NONBLOCK opener may see EWOULDBLOCK in that instant.
     *
     * @throws KernelException where the filesystem has no leases (EINVAL, EOPNOTSUPP) or we may not (EACCES, EPERM)
     */
    boolean heldElsewhere(OpenFile file) throws KernelException;

    /** What is done while nobody else has the file. */
    @FunctionalInterface
    interface Alone {
        void run() throws IOException;
    }

    /**
     * Takes a write lease on our only descriptor of the file, runs {@code action} and gives it back: an opener waits
     * meanwhile (at most {@code /proc/sys/fs/lease-break-time}, 45 s), one with O_NONBLOCK is refused. Nothing is run, and
     * false returned, when somebody else has the file open or mapped.
     *
     * @throws KernelException as {@link #heldElsewhere}
     * @throws IOException what the action throws
     */
    boolean whileAlone(OpenFile file, Alone action) throws IOException;
}
